// Whole messages: pasted anywhere, read from the clipboard on coming back, or handed over by another module.
import { t, toast } from "../words.js";
import { take } from "./ask.js";
import { copy, lastCopied } from "./copying.js";
import { $, editable, emit, heard, on, stored } from "./dom.js";
import { insertPhrase } from "./edit.js";
import { desk } from "./state.js";
import { characters, short } from "./text.js";
import { MAX } from "./wire.js";

const box = $("text"), toggle = $("read-clipboard");
const readable = typeof navigator.clipboard?.readText === "function";

function taken(text) {
  remember(text);
  take(desk.chat, text);
  $("drafts").focus({ preventScroll: true });
  $("talk").scrollTop = 0;
  $("ask").scrollIntoView({ block: "nearest" });
}

function pasted(event) {
  const text = event.clipboardData?.getData("text/plain") ?? "", { target } = event, { chat } = desk;
  if (!text.trim() || (editable(target) && target !== box)) return undefined;
  event.preventDefault();
  if (text.trim() === lastCopied().trim()) return toast(t("这是刚复制的回复，到聊天窗口里去粘贴"));
  const mixing = target === box && box.value.trim() && !chat.pasted && !chat.turn; // into words already typed
  if (mixing) box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  if (mixing) chat.text = ""; // the whole of it is the message
  return taken(mixing ? box.value : text);
}

// the clipboard, read after one consent; never the same twice, never our own copies

const mark = (text) => `${text.length} ${[...text].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) >>> 0, 7)}`;
const remember = (text) => stored("clip", mark(text.trim()));

async function peek() {
  if (!toggle.checked || document.querySelector("dialog[open], textarea.edit")) return;
  const text = (await navigator.clipboard.readText().catch(() => "")).trim();
  const known = [stored("clip"), stored("ours")].includes(mark(text)) || text === lastCopied().trim() || text === desk.chat.text.trim();
  if (!text || known || characters(text).length > MAX || !document.hasFocus()) return;
  taken(text);
}

async function consent() { // the browser asks here, once; what lies there now is not taken
  const text = toggle.checked ? await navigator.clipboard.readText().catch(() => null) : "";
  if (text === null) toast(t("浏览器不让读剪贴板，还是用 Ctrl+V"));
  else if (toggle.checked) remember(text);
  if (text === null) toggle.checked = false;
  stored("reading", toggle.checked ? "1" : "");
}

on(document, "paste", pasted);
on($("sample"), "click", () => taken($("sample").textContent));
heard("miaohui:take", ({ text }) => text?.trim() && taken(text));
heard("miaohui:copied", ({ text }) => text && stored("ours", mark(text.trim()))); // phrases are copied elsewhere on the page
heard("miaohui:insert", ({ text }) => text && (insertPhrase(desk.chat, text) || copied(text)));
async function copied(text) {
  if (await copy(text, t("已复制：{text}", { text: short(text) }))) emit("miaohui:copied", { text, style: "", draft_id: "" });
}
if (readable) {
  $("reading").hidden = false;
  toggle.checked = stored("reading") !== "";
  on(toggle, "change", consent);
  on(window, "focus", peek);
}
