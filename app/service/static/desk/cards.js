// The drafts, as cards that change in place.
import { t } from "../words.js";
import { copyDraft } from "./copying.js";
import { $, el, on, say } from "./dom.js";
import { applyRewrite, boxOf, openEdit, restore } from "./edit.js";
import { blocked, desk, view } from "./state.js";
import { blanksIn, characters, cut, marked, short } from "./text.js";

const STYLES = { brief: t("简短"), standard: t("标准"), soothing: t("安抚") };
const GRADES = { block: t("违规"), warn: t("注意"), info: t("提示") };
const SHOWN = 3;

export function drawCards(chat) {
  const reply = chat.reply, typing = $("drafts").contains(document.activeElement) && document.activeElement !== $("drafts");
  $("drafts").replaceChildren(...(reply ? reply.drafts.slice(0, SHOWN).map((draft, index) => card(chat, draft, index)) : []));
  paintCards(chat);
  if (chat.editing >= 0) openEdit(chat, chat.editing);
  else if (typing) $("drafts").focus({ preventScroll: true });
}

function card(chat, draft, index) {
  const node = $("card").content.firstElementChild.cloneNode(true), part = (name) => node.querySelector(name);
  const style = STYLES[draft.style] ?? "", number = index + 1;
  part("kbd").append(number);
  part("h2").append(style);
  part(".findings").id = `found-${index}`;
  part(".copy").ariaLabel = t("复制{style}，按 {number}", { style, number });
  part(".change .hush").append(style);
  on(part(".copy"), "click", () => copyDraft(chat, index));
  on(part(".change"), "click", () => openEdit(chat, index));
  on(part(".undo"), "click", () => restore(chat, index));
  on(part(".text"), "click", (event) => getSelection().isCollapsed && editAt(chat, index, event));
  on(part(".findings"), "click", ({ target }) => target.matches("button") && applyRewrite(chat, index, view(chat, index).findings[target.value]));
  return node;
}

function editAt(chat, index, { clientX, clientY }) { // the cursor goes where the click went
  const place = document.caretPositionFromPoint?.(clientX, clientY), text = $("drafts").children[index].querySelector(".text");
  let at = -1;
  if (place && text.contains(place.offsetNode)) {
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(place.offsetNode, place.offset);
    at = before.toString().length;
  }
  openEdit(chat, index);
  if (at >= 0) boxOf(index)?.setSelectionRange(at, at);
}

export function paintCards(chat) {
  [...$("drafts").children].forEach((node, index) => paint(node, chat, index));
}

function paint(node, chat, index) { // only what differs is touched
  const shown = view(chat, index), { text, findings, names, edited } = shown, part = (name) => node.querySelector(name);
  const blanks = blanksIn(text, names).map(([name]) => name), key = JSON.stringify([text, findings, [...names]]);
  const reasons = [blocked(shown) && t("会违规"), blanks.length && t("要填：{names}", { names: [...new Set(blanks)].join("、") })].filter(Boolean);
  node.classList.toggle("copied", chat.copied === index);
  node.classList.toggle("editing", chat.editing === index);
  node.classList.toggle("selected", chat.selected === index);
  node.classList.toggle("not-ready", reasons.length > 0);
  part(".state").textContent = reasons.join("；") || (edited ? t("改过，可以发") : chat.copied === index ? t("已复制") : t("可以发"));
  part(".size").textContent = t("{count} 字", { count: characters(text).length });
  part(".undo").hidden = !edited;
  if (node.dataset.drawn === key) return;
  node.dataset.drawn = key;
  part(".text").replaceChildren(...marked(text, findings, names), "\u200b");
  part(".findings").replaceChildren(...findings.map((finding, at) => findingLine(finding, text, at)));
}

function findingLine({ level, span, message, rewrite }, text, at) {
  const words = cut(text, span);
  return el("li", level, el("b", "", GRADES[level]), words && `“${short(words)}” `, message,
    rewrite && el("button", { type: "button", className: "rewrite", value: at, title: t("替换成这句") }, t("改成：{text}", { text: rewrite })));
}

export function select(chat, step) { // with the arrow keys
  const count = Math.min(chat.reply?.drafts.length ?? 0, SHOWN);
  if (!count) return;
  chat.selected = (chat.selected + step + count) % count;
  paintCards(chat);
  $("drafts").children[chat.selected].scrollIntoView({ block: "nearest" });
  say(t("第 {number} 条：{text}", { number: chat.selected + 1, text: view(chat, chat.selected).text }));
}

export const editSelected = () => openEdit(desk.chat, desk.chat.selected);
