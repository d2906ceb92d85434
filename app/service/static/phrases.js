// Phrase search: `/` on the agent's page finds what to say by words, pinyin or meaning; Enter hands it to the draft.
import { t, toast } from "./words.js";

const PAUSE = 80, SLOW = 200, RECENT = 8, FAVOURITES = 60, LONGEST = 100, SHORT = 18;
const shop = document.body.dataset.shop ?? "";
const STATES = { "": t("不清楚"), unpaid: t("未付款"), unshipped: t("待发货"), shipped: t("已发出"), signed: t("已签收"), refunding: t("退款中"), closed: t("已关闭") };
const GROUPS = {
  风险: t("风险话术"), 售后: t("售后话术"), 物流: t("物流话术"), 订单: t("订单话术"), 售前: t("售前话术"), 评价: t("评价话术"), 闲聊: t("闲聊话术"),
  其他: t("其他话术"), 店铺问答: t("店铺问答"), 商品问答: t("商品问答"),
};
const WHY = { 名称: t("按名称"), 说明: t("按说明"), 问法: t("按问法"), 原文: t("按原文"), 意思: t("按意思"), 拼音: t("按拼音") };

function el(tag, props, ...children) {
  const { data = {}, aria = {}, ...rest } = typeof props === "string" ? { className: props } : props;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, data);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name, value);
  node.append(...children.filter(Boolean));
  return node;
}

// what this browser keeps for the shop: names only, since the words follow the order and the shop's facts

const KEY = `miaohui.phrases.${shop}`;
function kept() {
  try {
    const { favourites, recent } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { favourites: [favourites ?? []].flat().map(String), recent: [recent ?? []].flat().map(String) };
  } catch {
    return { favourites: [], recent: [] };
  }
}
function keep(change) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...kept(), ...change }));
  } catch { /* some browsers forbid it: then nothing is kept */ }
}
const used = ({ name }) => keep({ recent: [name, ...kept().recent.filter((one) => one !== name)].slice(0, RECENT) });
const starred = ({ name }) => kept().favourites.includes(name);

// the dialog, made once

const box = el("input", {
  type: "text", id: "phrase-query", maxLength: LONGEST, autocomplete: "off", spellcheck: false, placeholder: t("找话术：打几个字、拼音首字母，或说说意思"),
  aria: { role: "combobox", "aria-label": t("找话术"), "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": "phrase-list" },
});
const state = el("select", { id: "phrase-state", ariaLabel: t("订单到哪一步") }, ...Object.entries(STATES).map(([value, words]) => el("option", { value }, words)));
const list = el("div", { id: "phrase-list", tabIndex: -1, aria: { role: "listbox", "aria-label": t("话术") } });
const note = el("p", { id: "phrase-note", className: "quiet" });
const told = el("p", { className: "hush", aria: { "aria-live": "polite" } });
const button = (words, key, act, props = {}) => {
  const node = el("button", { type: "button", ...props }, words, key && el("kbd", { aria: { "aria-hidden": "true" } }, key));
  node.addEventListener("click", act);
  return node;
};
const insertButton = button(t("放进回复"), "Enter", () => act(insert), { className: "primary" });
const copyButton = button(t("复制"), "Shift+Enter", () => act(copy));
const starWords = el("span", "");
const starButton = button(starWords, "Alt+S", () => act(star));
const dialog = el("dialog", { id: "phrases", ariaLabel: t("找话术") },
  el("div", "search", box, state, button("✕", "", () => dialog.close(), { className: "quiet", ariaLabel: t("关闭") })),
  note, list, el("div", "actions", insertButton, copyButton, starButton), told);

let shown = [], active = -1, timer = 0, flight = null, composing = false;

// looking

async function wanted(query) {
  const response = await fetch(`/v1/phrases?${new URLSearchParams([["shop", shop], ["status", state.value], ...query])}`, { signal: flight.signal });
  const got = await response.json();
  if (!response.ok) throw new Error(got.error?.message);
  return got.phrases;
}

async function sections(words) { // [heading, phrases]; what is kept comes first where nothing is looked for
  if (words) return [["", await wanted([["q", words]])]];
  const { favourites, recent } = kept(), names = [...new Set([...favourites, ...recent])].map((name) => ["name", name]);
  const [own, all] = await Promise.all([names.length ? wanted(names) : [], wanted([])]);
  const called = new Map(own.map((one) => [one.name, one])), take = (list) => list.map((name) => called.get(name)).filter(Boolean);
  const groups = new Map();
  for (const one of all) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return [[t("收藏"), take(favourites)], [t("最近用过"), take(recent.filter((name) => !favourites.includes(name)))],
    ...[...groups].map(([name, phrases]) => [GROUPS[name] ?? name, phrases])];
}

async function look() {
  clearTimeout(timer);
  timer = 0;
  flight?.abort();
  const mine = new AbortController(), words = box.value.trim(), slow = setTimeout(() => dialog.classList.add("waiting"), SLOW);
  flight = mine;
  let found = null, trouble = "";
  try {
    found = await sections(words);
  } catch (error) {
    trouble = error instanceof TypeError ? t("连不上服务，稍后再试") : error.message || t("这里出了点问题");
  } finally {
    clearTimeout(slow);
  }
  if (mine.signal.aborted) return false;
  flight = null;
  dialog.classList.remove("waiting");
  draw(found ?? [], words);
  note.textContent = trouble || (shown.length ? "" : t("没有找到，换个说法，或打首字母，如 fhsj"));
  told.textContent = shown.length ? t("找到 {count} 条话术", { count: shown.length }) : note.textContent;
  return !trouble;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
}

// showing

function option(phrase) {
  const at = shown.push(phrase) - 1, mine = starred(phrase);
  const head = [phrase.why ? WHY[phrase.why] ?? phrase.why : "", phrase.why && (GROUPS[phrase.group] ?? phrase.group), phrase.product];
  return el("div", { id: `phrase-${at}`, className: "phrase", data: { at }, aria: { role: "option", "aria-selected": "false" } },
    el("span", { className: "star", title: t("收藏") , aria: { "aria-hidden": "true" } }, mine ? "★" : "☆"),
    el("b", "", phrase.title), el("small", "", head.filter(Boolean).join(" · ")),
    mine && el("span", "hush", t("已收藏")),
    el("span", "said", ...marked(phrase)));
}

function marked({ text, blanks }) { // what has to be filled in stands out
  const names = blanks.map((name) => `【${name}】`);
  return text.split(/(【[^【】]+】)/).map((part) => (names.includes(part) ? el("mark", "blank", part) : part));
}

function draw(found, words) {
  shown = [];
  list.replaceChildren(...found.filter(([, phrases]) => phrases.length).map(([heading, phrases], at) => {
    if (!heading) return el("div", { aria: { role: "presentation" } }, ...phrases.map(option));
    const label = el("h3", { id: `phrase-group-${at}`, aria: { role: "presentation" } }, heading);
    return el("div", { aria: { role: "group", "aria-labelledby": label.id } }, label, ...phrases.map(option));
  }));
  list.scrollTop = 0;
  move(words && shown.length ? 0 : -1);
}

function move(to) {
  list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  active = to;
  const node = document.getElementById(`phrase-${active}`);
  if (node) box.setAttribute("aria-activedescendant", node.id);
  else box.removeAttribute("aria-activedescendant");
  node?.setAttribute("aria-selected", "true");
  node?.scrollIntoView({ block: "nearest" });
  for (const one of [insertButton, copyButton, starButton]) one.disabled = !node;
  starWords.textContent = node && starred(shown[active]) ? t("取消收藏") : t("收藏");
}

// doing

async function act(what) { // on what the words in the box now find, not on what an earlier letter found
  if ((timer || flight) && !(await look())) return;
  const phrase = shown[active];
  if (phrase) await what(phrase);
}

function insert(phrase) {
  used(phrase);
  dialog.close(); // first, so that whoever takes the words may take the focus as well
  document.dispatchEvent(new CustomEvent("miaohui:insert", { detail: { text: phrase.text, name: phrase.name } }));
}

function copyOldWay(text) { // plain http has no clipboard API; outside an open dialog nothing can be selected
  const hidden = el("textarea", { className: "hush", value: text });
  dialog.append(hidden);
  hidden.select();
  const done = document.execCommand("copy");
  hidden.remove();
  box.focus();
  return done;
}

async function copy(phrase) {
  const { text, blanks } = phrase;
  if (blanks.length) return say(t("还有空白要填：{names}，请放进回复里填", { names: blanks.join("、") }));
  const done = (await navigator.clipboard?.writeText(text).then(() => true, () => false)) || copyOldWay(text);
  if (!done) return say(t("复制不了，请选中文字再按 Ctrl+C"));
  used(phrase);
  dialog.close();
  toast(t("已复制：{text}", { text: text.length > SHORT ? `${text.slice(0, SHORT)}…` : text }));
  document.dispatchEvent(new CustomEvent("miaohui:copied", { detail: { text, style: "", draft_id: "" } }));
}

function star(phrase) {
  const { favourites } = kept(), had = favourites.includes(phrase.name);
  const now = had ? favourites.filter((one) => one !== phrase.name) : [phrase.name, ...favourites];
  if (now.length > FAVOURITES) return say(t("最多收藏 {count} 条，先取消几条", { count: FAVOURITES }));
  keep({ favourites: now });
  for (const node of list.querySelectorAll(".phrase")) {
    if (shown[node.dataset.at].name !== phrase.name) continue;
    node.querySelector(".star").textContent = had ? "☆" : "★";
    node.querySelector(".hush")?.remove();
    if (!had) node.querySelector("small").after(el("span", "hush", t("已收藏")));
  }
  move(active);
  say(had ? t("取消了收藏：{title}", { title: phrase.title }) : t("收藏了：{title}", { title: phrase.title }));
}

function say(words) {
  note.textContent = words;
  told.textContent = words;
}

// keys and pointer

function pressed(event) {
  if (composing || event.isComposing || event.keyCode === 229) return;
  const { key, code, shiftKey, altKey, ctrlKey, metaKey, target } = event, last = shown.length - 1;
  const steps = { ArrowDown: () => move(active < last ? active + 1 : 0), ArrowUp: () => move(active > 0 ? active - 1 : last),
    PageDown: () => move(Math.min(Math.max(active, 0) + 6, last)), PageUp: () => move(Math.max(active - 6, 0)) };
  let run = null;
  if (altKey && code === "KeyS" && !ctrlKey) run = () => act(star);
  else if (target !== box || altKey || ctrlKey || metaKey) return;
  else if (key === "Enter") run = event.repeat ? () => {} : () => act(shiftKey ? copy : insert);
  else if (last >= 0) run = steps[key];
  if (!run) return;
  event.preventDefault();
  run();
}

function clicked({ target }) {
  if (target === dialog) return dialog.close(); // beside the sheet
  const row = target.closest(".phrase");
  if (!row) return;
  move(Number(row.dataset.at));
  if (target.closest(".star")) act(star);
  else if (getSelection().isCollapsed) act(insert);
}

export function openPhrases({ status } = {}) {
  if (dialog.open) return;
  if (!dialog.isConnected) document.body.append(dialog);
  state.value = status ?? document.querySelector("#status [aria-pressed=true]")?.dataset.status ?? "";
  box.value = "";
  note.textContent = "";
  dialog.showModal();
  box.focus();
  look();
}

const sheet = new URL("phrases.css", import.meta.url);
sheet.search = new URL(import.meta.url).search;
if (!document.querySelector(`link[href^="${sheet.pathname}"]`)) document.head.append(el("link", { rel: "stylesheet", href: sheet.href }));
dialog.addEventListener("keydown", pressed);
dialog.addEventListener("click", clicked);
dialog.addEventListener("close", () => { clearTimeout(timer); flight?.abort(); timer = 0; flight = null; });
list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
box.addEventListener("compositionstart", () => { composing = true; });
box.addEventListener("compositionend", () => { composing = false; soon(); });
box.addEventListener("input", (event) => event.isComposing || composing || soon());
state.addEventListener("change", () => { look(); box.focus(); });
document.addEventListener("miaohui:phrases", ({ detail }) => openPhrases(detail ?? {}));
