// One key for everything; with Alt while typing, and none while an input method composes.
import { stored, $, editable, emit, on } from "./dom.js";
import { chooseNumber } from "./answer.js";
import { editSelected, select } from "./cards.js";
import { close, fresh, next, step } from "./chats.js";
import { copyDraft, copyHandOver, copyRemark } from "./copying.js";
import { desk } from "./state.js";

const help = $("keys");
const LETTERS = {
  KeyE: editSelected, KeyR: () => copyRemark(desk.chat), KeyH: () => copyHandOver(desk.chat),
  KeyN: next, KeyJ: () => step(1), KeyK: () => step(-1), KeyX: () => close(),
};

function action({ code, key, shiftKey, altKey }, inField) {
  const number = Number(/^(?:Digit|Numpad)([1-5])$/.exec(code)?.[1] ?? 0);
  if (number && shiftKey) return () => chooseNumber(desk.chat, number);
  if (number && number <= 3) return () => copyDraft(desk.chat, number - 1);
  if (key === "?" || (altKey && code === "Slash" && shiftKey)) return () => help.showModal();
  if (code === "Slash" || key === "/") return () => emit("miaohui:phrases");
  if (code === "ArrowDown" || code === "ArrowUp") {
    const by = code === "ArrowDown" ? 1 : -1;
    return altKey ? () => step(by) : inField ? null : () => select(desk.chat, by);
  }
  return shiftKey ? null : LETTERS[code];
}

function pressed(event) {
  const { target, key, altKey } = event, inField = editable(target), editing = target.matches?.("textarea.edit");
  if (event.isComposing || event.keyCode === 229 || event.repeat || event.metaKey || document.querySelector("dialog[open]")) return;
  let act = null;
  if (key === "Enter" && event.ctrlKey && editing) act = () => copyDraft(desk.chat, desk.chat.editing);
  else if (event.ctrlKey) return;
  else if (key === "Escape" && (!inField || target.id === "text")) act = fresh;
  else if (altKey || !(inField || stored("alt"))) act = action(event, inField);
  else if (key.startsWith("Arrow") && !inField) act = action(event, inField);
  if (!act || (key.startsWith("Arrow") && !altKey && target.closest("summary, #queue, [role=listbox]"))) return;
  event.preventDefault();
  act();
}

on(document, "keydown", pressed);
on($("help"), "click", () => help.showModal());
$("with-alt").checked = stored("alt") !== "";
on($("with-alt"), "change", ({ target }) => stored("alt", target.checked ? "1" : ""));
