// What the page knows: the chats it has opened, and a line for every chat that is open anywhere.
import { characters } from "./text.js";
import { MAX, random } from "./wire.js";

const listeners = [];

export function newChat(id = `p-${random()}`, changes = {}) {
  return {
    id, known: false, platform: "", turns: [],
    // the message being answered: pasted whole or typed bit by bit; `posted` is the message id that the service knows
    text: "", messageId: "", pasted: false, posted: "", composing: false,
    order: {}, own: {}, product: null, picked: false, slots: {}, intent: "", before: null,
    reply: null, answered: "", edits: new Map(), editing: -1, selected: 0, copied: -1, turn: null, armed: "", stale: false, swapped: 0,
    asked: "", timer: 0, retry: 0, flight: null, wanted: null, trouble: "", lastSeen: "",
    ...changes,
  };
}

export const desk = { chat: newChat(), chats: new Map(), rows: new Map() };
desk.chats.set(desk.chat.id, desk.chat);

export const onChange = (act) => listeners.push(act);
export function changed(chat, what = "all") { // draw again, if it is the chat on the screen
  if (chat === desk.chat) for (const act of listeners) act(chat, what);
}

export function tellOrder(chat, facts) { // what the agent says of the order goes before what the service knows
  Object.assign(chat, { order: { ...chat.order, ...facts }, own: { ...chat.own, ...facts } });
}

export const messageOf = (chat) => characters(chat.text.trim()).slice(0, MAX).join("");

export function show(chat) {
  desk.chat = chat;
  desk.chats.set(chat.id, chat);
  changed(chat);
}

// a draft as the agent has made it: their text, and what the rules say of it

export function view(chat, index) {
  const draft = chat.reply?.drafts[index];
  if (!draft) return null;
  const edit = chat.edits.get(index), names = new Set([...draft.blanks, ...(edit?.blanks ?? [])]);
  return { draft, names, text: edit?.text ?? draft.text, findings: edit?.findings ?? draft.findings, edited: edit !== undefined && edit.text !== draft.text };
}

export const blocked = ({ findings }) => findings.some(({ level }) => level === "block");

export function settle(chat, change, trouble = "") { // an answer has come, or the lack of one
  const before = chat.reply, edits = chat.edits;
  Object.assign(chat, { flight: null, trouble }, change);
  if (!trouble && chat.reply !== before) {
    const kept = [...edits].filter(([at]) => before?.drafts[at]?.text === chat.reply?.drafts[at]?.text); // what still fits stays
    Object.assign(chat, { edits: new Map(kept), copied: -1, armed: "", stale: false });
    if (!chat.edits.has(chat.editing)) chat.editing = -1;
    chat.selected = Math.min(chat.selected, Math.max((chat.reply?.drafts.length ?? 1) - 1, 0));
  }
  changed(chat, "answer");
}
