// Between the small window and the page that opened it (the bookmark in another back office): take its selected text,
// give back what the agent chose, to that page alone, and only after the agent has agreed to that site once.
import { el, emit, heard, on, stored } from "./desk/dom.js";
import { t } from "./words.js";

const LONGEST = 5000, { opener } = window;
const bar = el("section", { className: "flash warn toolbar", role: "status", ariaLabel: t("别的后台") });
let site = "", waiting = null; // who may be told, and what an unknown site wants answered

const agreed = () => stored("sites").split(" ").filter(Boolean);
const host = (origin) => new URL(origin).host;

function action(words, act, className = "") {
  const node = el("button", { type: "button", className }, words);
  on(node, "click", act);
  return node;
}

function show(...content) {
  bar.replaceChildren(...content);
  if (!bar.isConnected) document.body.prepend(bar);
}

function linked(words) {
  show(words, action(t("断开"), leave, "quiet"));
}

function tell({ miaohui, done }) { // how it went over there
  if (miaohui === "where") linked(t("点一下那边的聊天输入框，就填进去"));
  if (miaohui === "filled") linked(done ? t("填好了，看一眼再按发送") : t("那边填不进去，已复制，按 Ctrl+V 粘贴"));
}

function take(origin, text) {
  site = origin;
  linked(t("选好的会填回 {site}", { site: host(origin) }));
  emit("miaohui:take", { text });
}

function leave() {
  stored("sites", agreed().filter((one) => one !== site).join(" "));
  site = "";
  bar.remove();
}

function accept() {
  const { origin, text } = waiting;
  waiting = null;
  stored("sites", [...agreed(), origin].join(" "));
  take(origin, text);
}

function refuse() {
  waiting = null;
  bar.remove();
}

function ask(origin, text) {
  waiting = { origin, text };
  show(t("{site} 要把选中的话交给秒回，选好的回复会填回那边。", { site: host(origin) }),
    action(t("允许"), accept, "primary"), action(t("不要"), refuse));
}

function onMessage({ source, origin, data }) {
  if (source !== opener || !/^https?:/.test(origin)) return;
  if (origin === site) tell(data ?? {});
  const text = data?.miaohui === "take" && typeof data.text === "string" ? data.text.slice(0, LONGEST).trim() : "";
  if (!text) return;
  if (origin === location.origin || origin === site || agreed().includes(origin)) take(origin, text);
  else ask(origin, text);
}

if (opener && document.body.classList.contains("mini")) {
  on(window, "message", onMessage);
  heard("miaohui:copied", ({ text }) => site && opener.postMessage({ miaohui: "fill", text }, site));
  on(window, "load", () => opener.postMessage({ miaohui: "ready" }, "*")); // says nothing but that we are here
}
