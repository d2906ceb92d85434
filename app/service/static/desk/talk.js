// The buyer's side: what was said before, the message at hand, and what is known of the order.
import { t } from "../words.js";
import { later, redraft, tooLong, typed } from "./ask.js";
import { $, el, on } from "./dom.js";
import { clockText, level, waited } from "./rows.js";
import { desk, tellOrder } from "./state.js";
import { MAX } from "./wire.js";

const SHOWN_TURNS = 4;
const box = $("text");
const fields = [...$("order").querySelectorAll("input")];

export function drawTalk(chat) {
  const lines = chat.turns.map(turn), older = lines.splice(0, Math.max(0, lines.length - SHOWN_TURNS));
  $("older").replaceChildren(...older);
  $("turns").replaceChildren(...lines);
  if (box.value !== chat.text) box.value = chat.text;
  const row = desk.rows.get(chat.id), replied = chat.turns.length > 0 && !chat.text;
  $("buyer").textContent = row?.buyer ?? "";
  $("answered-already").hidden = !replied;
  drawCount(chat);
  drawClock(chat);
  drawOrder(chat);
}

function turn({ role, text, at }) {
  const title = at ? `${new Date(at).toLocaleString(document.documentElement.lang)} ${text}` : text;
  return el("li", { className: role, title }, el("b", "", role === "buyer" ? t("买家") : t("我")), text);
}

export function drawCount(chat) {
  const over = tooLong(chat);
  $("count").textContent = over > 0 ? t("太长了：多出 {over} 字，只看前 {max} 字", { over, max: MAX }) : `${over + MAX} / ${MAX}`;
  $("count").classList.toggle("over", over > 0);
}

export function drawClock(chat) {
  const row = desk.rows.get(chat.id), seconds = row ? waited(row) : null, place = $("clock");
  place.className = seconds === null ? "" : `ticking ${level(row)}`;
  place.textContent = seconds === null ? "" : row.clock?.counts ? t("已等 {time}", { time: clockText(seconds) }) : t("不计时");
}

// datetime fields hold local time, orders hold time with a zone

const withZone = (local) => local + new Date(local).toString().replace(/.*GMT(...)(..).*/, ":00$1:$2");
function localTime(iso) {
  const at = new Date(iso);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function drawOrder(chat) {
  for (const one of $("status").children) one.ariaPressed = String(one.dataset.status === (chat.order.status ?? ""));
  for (const input of fields) {
    const value = chat.order[input.name] ?? "";
    const shown = input.type === "datetime-local" && value ? localTime(value) : value;
    if (document.activeElement !== input) input.value = shown;
  }
}

function orderField({ target }) {
  const { name, type, value, validity } = target, { chat } = desk, said = value.trim();
  if (!validity.valid) return;
  tellOrder(chat, { [name]: said && type === "datetime-local" ? withZone(said) : said });
  later(chat);
}

on(box, "input", (event) => event.isComposing || event.inputType === "insertFromPaste" || typed(desk.chat, box.value));
on(box, "compositionstart", () => { desk.chat.composing = true; });
on(box, "compositionend", () => {
  desk.chat.composing = false;
  typed(desk.chat, box.value);
});
on($("ask"), "submit", (event) => event.preventDefault());
on($("order"), "input", (event) => event.isComposing || orderField(event));
on($("status"), "click", ({ target }) => {
  const { chat } = desk;
  if (!target.matches("button")) return;
  tellOrder(chat, { status: target.dataset.status });
  redraft(chat);
});
