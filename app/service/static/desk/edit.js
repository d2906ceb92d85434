// Edit a draft where it stands: the box lies exactly over the marked text, so nothing moves.
import { t, toast } from "../words.js";
import { $, el, on } from "./dom.js";
import { changed, view } from "./state.js";
import { blankNames, blanksIn, rewritten } from "./text.js";
import { $desk, post, shop } from "./wire.js";

const PAUSE = 120;

const cardOf = (index) => $("drafts").children[index];
export const boxOf = (index) => cardOf(index)?.querySelector("textarea");

export function openEdit(chat, index, { blank = false, why = "", insert = "" } = {}) {
  const shown = view(chat, index);
  if (!shown) return;
  if (chat.editing >= 0 && chat.editing !== index) closeEdit(chat, false);
  Object.assign(chat, { editing: index, selected: index });
  changed(chat, "draft");
  const box = boxOf(index) ?? overlay(chat, index, shown);
  box.focus();
  if (insert) put(chat, index, insert);
  else box.setSelectionRange(box.value.length, box.value.length);
  if (blank || insert) nextBlank(chat, index, { from: 0 });
  if (why) toast(why);
}

function overlay(chat, index, { draft, text }) {
  const box = el("textarea", { className: "edit", value: text, rows: 1, spellcheck: false, ariaLabel: t("修改第 {number} 条回复", { number: index + 1 }) });
  box.setAttribute("aria-describedby", `found-${index}`);
  on(box, "input", () => change(chat, index, box.value));
  on(box, "keydown", (event) => inBox(event, chat, index, draft));
  cardOf(index).querySelector(".body").append(box);
  return box;
}

export function closeEdit(chat, refocus = true) {
  const { editing } = chat;
  chat.editing = -1;
  boxOf(editing)?.remove();
  if (chat.edits.get(editing)?.text === chat.reply?.drafts[editing]?.text) chat.edits.delete(editing);
  changed(chat, "draft");
  if (refocus) $("drafts").focus({ preventScroll: true });
}

export function restore(chat, index) { // back to what was drafted
  clearTimeout(chat.edits.get(index)?.timer);
  chat.edits.delete(index);
  const box = boxOf(index), shown = view(chat, index);
  if (box) box.value = shown.text;
  box?.focus();
  changed(chat, "draft");
}

function inBox(event, chat, index) {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Escape") closeEdit(chat);
  else if (event.key !== "Tab" || event.ctrlKey || event.altKey || !nextBlank(chat, index, { back: event.shiftKey })) return;
  event.preventDefault();
  event.stopPropagation();
}

function nextBlank(chat, index, { from = null, back = false } = {}) { // select it; false where none is left that way
  const box = boxOf(index), { names } = view(chat, index), blanks = blanksIn(box.value, names);
  const here = from ?? (back ? box.selectionStart : box.selectionEnd);
  const found = back ? blanks.findLast(([, , to]) => to <= here) : blanks.find(([, start]) => start >= here);
  if (found) box.setSelectionRange(found[1], found[2]);
  return found !== undefined;
}

function change(chat, index, text) { // the marks follow the words at once, the rules a moment later
  const { draft } = view(chat, index), edit = chat.edits.get(index) ?? { blanks: [] };
  clearTimeout(edit.timer);
  chat.edits.set(index, edit);
  Object.assign(edit, { text, findings: text === draft.text ? draft.findings : moved(edit.findings ?? draft.findings, edit.text ?? draft.text, text) });
  edit.checking = text === draft.text ? null : new Promise((done) => { edit.timer = setTimeout(() => check(chat, index, edit).then(done), PAUSE); });
  changed(chat, "draft");
}

const same = (one, other, [start, end]) => Array.from(one).slice(start, end).join("") === Array.from(other).slice(start, end).join("");
const moved = (findings, before, now) => findings.filter(({ span }) => same(before, now, span)); // until the rules have looked again

async function check(chat, index, edit) {
  const { text } = edit, { platform, category } = $desk.dataset;
  const got = await post("/v1/lint", { text, shop, platform: chat.platform || platform, category });
  if (edit.text !== text || chat.edits.get(index) !== edit) return;
  edit.checking = null;
  if (got?.findings) edit.findings = got.findings;
  changed(chat, "draft");
}

export function applyRewrite(chat, index, finding) {
  const text = rewritten(view(chat, index).text, finding), box = boxOf(index);
  if (box) box.value = text;
  change(chat, index, text);
  box?.focus();
}

function put(chat, index, text) { // a phrase, where the cursor stands
  const box = boxOf(index), edit = chat.edits.get(index) ?? { blanks: [] };
  edit.blanks = [...edit.blanks, ...blankNames(text)];
  chat.edits.set(index, edit);
  box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  change(chat, index, box.value);
}

export function insertPhrase(chat, text) { // false where there is no draft to put it into
  const index = chat.editing >= 0 ? chat.editing : chat.selected, shown = view(chat, index);
  if (!shown) return false;
  if (chat.editing < 0) openEdit(chat, index);
  const box = boxOf(index);
  box.focus();
  const start = box.selectionStart;
  put(chat, index, text);
  nextBlank(chat, index, { from: start });
  return true;
}
