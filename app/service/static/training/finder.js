// Type to find an intent by its title, its file name or what it is about.
import { t } from "../words.js";
import { json } from "./wire.js";

const MOST = 8;

function rank(intent, typed) {
  const title = intent.title.toLowerCase();
  if (title.startsWith(typed)) return 0;
  if (title.includes(typed)) return 1;
  if (intent.name.includes(typed.replaceAll(" ", "_"))) return 2;
  if (intent.about.toLowerCase().includes(typed)) return 3;
  return [...typed].every((char) => title.includes(char)) ? 4 : -1;
}

export function finder(input, list, { choose, leave }) {
  let intents = [], found = [], at = 0;

  async function refresh() {
    intents = await json("/training/intents.json");
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function option(intent, place) {
    const node = document.createElement("li"), about = document.createElement("small");
    node.id = `found-${place}`;
    node.setAttribute("role", "option");
    node.setAttribute("aria-selected", String(place === at));
    about.textContent = intent.parked ? t("还没启用的新意图") : intent.about;
    node.append(intent.title, about);
    return node;
  }

  function draw() {
    list.replaceChildren(...found.map(option));
    list.hidden = false;
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.setAttribute("aria-selected", "false");
      none.textContent = t("没有这样的意图，按 Esc 再按 N 开一个");
      list.append(none);
    }
    input.setAttribute("aria-expanded", "true");
    if (found.length) input.setAttribute("aria-activedescendant", `found-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function search() {
    const typed = input.value.trim().toLowerCase();
    at = 0;
    if (!typed) return close();
    const ranked = intents.map((intent) => [rank(intent, typed), intent]).filter(([place]) => place >= 0);
    found = ranked.sort((one, other) => one[0] - other[0]).slice(0, MOST).map(([, intent]) => intent);
    draw();
  }

  function take(intent) {
    input.value = "";
    close();
    if (intent) choose(intent);
  }

  input.addEventListener("input", search);
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      input.value = "";
      close();
      leave();
    } else if (event.key === "Enter" && !list.hidden) take(found[at]);
    else if (by && found.length) {
      at = (at + by + found.length) % found.length;
      draw();
    } else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => { // before the field loses the focus
    event.preventDefault();
    const node = event.target.closest("[role=option]");
    if (node) take(found[[...list.children].indexOf(node)]);
  });
  refresh();
  return { refresh };
}
