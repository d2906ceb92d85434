// What helps to decide on a line: fetched ahead, so that the next one is there before it is asked for.
import { t } from "../words.js";
import { fragment } from "./wire.js";

const place = document.getElementById("line"), ready = new Map(), PAUSE = 150, WAIT = 120;
let wanted = "", original = "", timer = 0, arriving = Promise.resolve();

const key = ({ ids }) => ids;
const load = (line) => fragment("/training/line", { text: line.text, chosen: line.chosen });

function fetched(line) {
  if (!ready.has(key(line))) ready.set(key(line), load(line));
  return ready.get(key(line));
}

export function shown(line) { // resolves once the line's choices are there; they are those of no other line
  wanted = key(line);
  original = line.text;
  const slow = setTimeout(() => place.replaceChildren(), WAIT);
  arriving = fetched(line).then((found) => {
    clearTimeout(slow);
    if (wanted !== key(line)) return;
    if (found) place.replaceChildren(...found.map((node) => node.cloneNode(true)));
    else {
      ready.delete(key(line));
      place.textContent = t("没有连上服务，这句还在，稍后再试");
    }
  });
  return arriving;
}

export const settled = () => arriving;

export function prefetch(lines) {
  for (const line of lines) fetched(line);
}

export function forget() {
  ready.clear();
}

export function wording() { // empty where the line goes in as it was written
  const text = document.getElementById("wording")?.value.trim() ?? "";
  return text === original.trim() ? "" : text;
}

export async function warn() {
  const text = document.getElementById("wording")?.value ?? "", asked = wanted;
  const found = await fragment("/training/warnings", { text });
  if (found && asked === wanted) document.getElementById("warnings")?.replaceChildren(...found);
}

place.addEventListener("input", ({ target }) => {
  if (target.id !== "wording") return;
  clearTimeout(timer);
  timer = setTimeout(warn, PAUSE);
});
