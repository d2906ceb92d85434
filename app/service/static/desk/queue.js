// The list of open chats, live: the most urgent stands at the top, and nothing moves under the pointer.
import { pending } from "../in_turn.js";
import { t } from "../words.js";
import { choose, close, renew } from "./chats.js";
import { $, el, on } from "./dom.js";
import { clockText, level, note, noteAll, onRows, ordered, seen, waited } from "./rows.js";
import { changed, desk } from "./state.js";
import { drawClock } from "./talk.js";
import { get, shop } from "./wire.js";

const LATEST = 30_000, FIRST = 1000, ANSWERED = 30;
const TONES = ["", t("急"), t("怒"), t("怒！")];
const SOURCES = { api: t("接口"), page: t("粘贴") };
const list = $("chats");
let source = null, wait = FIRST, timer = 0, missed = null;

// drawing

export function drawQueue() {
  const rows = shown(ordered()), order = new Map([...list.children].map((node, at) => [node.dataset.id, at]));
  if (list.matches(":hover")) rows.sort((a, b) => (order.get(a.id) ?? Infinity) - (order.get(b.id) ?? Infinity));
  const focused = document.activeElement?.closest?.("#chats li")?.dataset.id;
  const drawn = new Map([...list.children].map((node) => [node.dataset.id, node]));
  const nodes = rows.map((row) => drawn.get(row.id) ?? line(row.id));
  nodes.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
    fill(node, rows[at]);
  });
  while (list.children.length > nodes.length) list.lastElementChild.remove();
  if (focused && !list.contains(document.activeElement)) list.querySelector(`li[data-id="${CSS.escape(focused)}"] button`)?.focus();
  $("open-count").textContent = rows.length || "";
  $("waiting-count").textContent = rows.filter((row) => waited(row) !== null && row.id !== desk.chat.id).length || "";
  $("no-chats").hidden = rows.length > 0;
  tick();
}

function shown(rows) { // whoever waits, and of the others the latest
  const replied = rows.filter((row) => waited(row) === null).slice(ANSWERED);
  return rows.filter((row) => !replied.includes(row) || row.id === desk.chat.id);
}

function line(id) {
  const pick = el("button", { type: "button", className: "pick" }), shut = el("button", { type: "button", className: "quiet shut" }, "×");
  const node = el("li", "", pick, shut);
  node.dataset.id = id;
  on(pick, "click", () => choose(id));
  on(shut, "click", () => close(id));
  return node;
}

function fill(node, row) {
  const [pick, shut] = node.children, name = row.buyer || (row.source === "page" ? t("粘贴的会话") : row.id);
  const here = row.id === desk.chat.id, key = JSON.stringify([name, row.last, row.intent, row.anger, row.risk, row.unanswered, row.since === null, here]);
  if (node.dataset.drawn === key) return;
  node.dataset.drawn = key;
  if (here && !pick.hasAttribute("aria-current")) reveal(node);
  pick.classList.toggle("replied", waited(row) === null);
  if (here) pick.setAttribute("aria-current", "true");
  else pick.removeAttribute("aria-current");
  shut.ariaLabel = t("收起 {name}", { name });
  pick.replaceChildren(
    el("span", "name", name), el("span", "clock"),
    el("span", "last", row.last ? `${row.last.role === "agent" ? t("我：") : ""}${row.last.text}` : ""),
    el("span", "tags", row.intent?.title && el("span", "badge", row.intent.title),
      row.unanswered > 1 && el("span", "badge info", t("{count} 句没回", { count: row.unanswered })),
      row.anger > 0 && el("span", `badge ${row.anger > 1 ? "bad" : "warn"}`, TONES[Math.min(row.anger, 3)]),
      row.risk.length > 0 && el("span", { className: "badge bad", title: row.risk.join("；") }, t("当心")),
      el("span", "quiet", SOURCES[row.source] ?? row.source)),
  );
}

function reveal({ offsetLeft: left, offsetTop: top, offsetWidth: wide, offsetHeight: high }) { // without moving the page
  const across = left - list.offsetLeft, down = top - list.offsetTop;
  if (across < list.scrollLeft || across + wide > list.scrollLeft + list.clientWidth) list.scrollLeft = across;
  if (down < list.scrollTop || down + high > list.scrollTop + list.clientHeight) list.scrollTop = down;
}

function tick() { // once a second; only what reads differently is touched
  for (const node of list.children) {
    const row = desk.rows.get(node.dataset.id), place = node.querySelector(".clock"), seconds = row ? waited(row) : null;
    if (!place) continue;
    const text = seconds === null ? "" : row.clock?.counts ? clockText(seconds) : t("不计时"), kind = `clock ${row ? level(row) : ""}`;
    if (place.textContent !== text) place.textContent = text;
    if (place.className !== kind) place.className = kind;
  }
  drawClock(desk.chat);
}

// what happens elsewhere

function told(row) {
  missed?.push(row);
  note(row);
  const { chat } = desk;
  if (row.id !== chat.id || chat.flight?.whole || pending() || !chat.known || seen(row) === chat.lastSeen) return;
  if (chat.editing >= 0 && row.last?.role === "buyer") Object.assign(chat, { stale: true, lastSeen: seen(row) });
  else return void renew();
  changed(chat, "stale");
}

function outdated({ conversation_id: id, draft_ids: stale }) {
  const chat = desk.chats.get(id);
  if (!chat?.reply || !stale.includes(chat.reply.id) || chat.flight) return;
  chat.stale = true;
  changed(chat, "stale");
}

async function readAll() { // what happens meanwhile is newer than the list
  const since = [];
  missed = since;
  const got = await get("/v1/conversations");
  if (missed === since) missed = null;
  if (!got?.conversations) return;
  noteAll(got.conversations);
  since.forEach(note);
  const row = desk.rows.get(desk.chat.id);
  if (row) told(row);
}

export function connect() {
  clearTimeout(timer);
  source?.close();
  source = new EventSource(`/v1/events?${new URLSearchParams({ shop })}`);
  on(source, "hello", () => { // from here on nothing is missed, so what was before is read now
    wait = FIRST;
    link("");
    readAll();
  });
  on(source, "conversation", ({ data }) => told(JSON.parse(data)));
  on(source, "stale", ({ data }) => outdated(JSON.parse(data)));
  on(source, "resync", readAll);
  on(source, "error", () => {
    source.close();
    link(t("实时更新断了，正在重连"));
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 2, LATEST);
  });
}

function link(words) {
  if ($("link").textContent !== words) $("link").textContent = words;
  document.body.classList.toggle("cut-off", words !== "");
}

on(window, "online", connect);
on(list, "pointerleave", drawQueue);
onRows(drawQueue);
setInterval(tick, 1000);
