// From a message to its drafts: a pasted one is posted and kept, a half-typed one is only drafted.
import { t } from "../words.js";
import { agentName } from "./dom.js";
import { learn, record } from "./outcomes.js";
import { changed, messageOf, settle } from "./state.js";
import { MAX, post, random, shop } from "./wire.js";
import { characters } from "./text.js";

const PAUSE = 150, SENT_TURNS = 20, RETRY = 2000;

const filled = (facts) => Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null && value !== "" && value !== undefined));
function orderOf(chat) {
  const order = filled(chat.order);
  return Object.keys(order).length ? order : undefined;
}

const shared = (chat) => ({ shop, order: orderOf(chat), product: chat.product?.sku, platform: chat.platform || undefined });

export function posting(chat, text) {
  return { ...shared(chat), conversation_id: chat.id, message_id: chat.messageId, text, source: "page", agent: agentName() || undefined };
}

function question(chat, text) { // the turns themselves say what came before
  const messages = [...chat.turns.slice(-SENT_TURNS).map(({ role, text: said }) => ({ role, text: said })), { role: "buyer", text }];
  const slots = Object.entries(chat.slots).map(([name, value]) => ({ name, value }));
  return {
    ...shared(chat), messages, intent: chat.intent || undefined, slots: slots.length ? slots : undefined,
    conversation_id: chat.known ? chat.id : undefined,
  };
}

export async function ask(chat) {
  clearTimeout(chat.timer);
  chat.timer = 0;
  if (chat.composing) return;
  const text = messageOf(chat), whole = chat.pasted && chat.posted !== chat.messageId;
  const body = text && (whole ? posting(chat, text) : question(chat, text)), asked = JSON.stringify(body);
  if (text && asked === chat.asked) return;
  if (whole && chat.flight?.message === chat.messageId) { // on its way: what changed since is asked once it is there
    chat.flight.again = true;
    return;
  }
  clearTimeout(chat.retry);
  if (!chat.flight?.whole) chat.flight?.controller.abort(); // what was posted is kept there in any case
  if (!text) return settle(chat, { asked: "", reply: null, answered: "" });
  const flight = { controller: new AbortController(), whole, message: whole ? chat.messageId : "", again: false };
  Object.assign(chat, { asked, flight });
  const slow = setTimeout(() => chat.flight === flight && changed(chat, "waiting"), 200);
  const got = await post(whole ? "/v1/messages" : "/v1/drafts", body, { signal: flight.controller.signal });
  clearTimeout(slow);
  if (whole && got && !got.error) arrived(chat, body, got);
  if (chat.flight !== flight) return;
  if (flight.again && got && !got.error) {
    chat.flight = null;
    ask(chat);
  } else answered(chat, text, got && whole && !got.error ? got.reply : got);
}

function arrived(chat, { message_id: id }, got) {
  if (chat.messageId === id) chat.posted = id;
  learn(chat, got);
}

function answered(chat, text, got) {
  const { wanted } = chat;
  chat.wanted = null;
  if (got && !got.error) settle(chat, { answered: text, reply: got, turn: null });
  else settle(chat, { asked: null }, got ? got.error.message : t("连不上服务，正在重试"));
  if (!got) chat.retry = setTimeout(() => ask(chat), RETRY);
  wanted?.();
}

export function later(chat) {
  clearTimeout(chat.timer);
  chat.timer = setTimeout(() => ask(chat), PAUSE);
}

export function redraft(chat, change = {}) { // an order state, a product, a slot, an intent
  Object.assign(chat, change);
  changed(chat, "asked");
  return ask(chat);
}

function displace(chat) { // the message makes room for the next: what was said becomes history
  const text = chat.answered || messageOf(chat);
  if (!text) return;
  if (chat.turn) chat.turns.push({ role: "buyer", text }, chat.turn);
  else if (chat.pasted) {
    chat.turns.push({ role: "buyer", text });
    if (chat.reply) record(chat, { draft_id: chat.reply.id, style: "", outcome: "rejected" });
  }
  forget(chat);
}

function forget(chat) {
  Object.assign(chat, { text: "", pasted: false, messageId: "", posted: "", slots: {}, intent: "", before: null, turn: null, answered: "", asked: "" });
}

export function take(chat, text) { // a whole message, from the clipboard, the sample or another window
  if (chat.pasted && !chat.turn && chat.text === text.trim()) return ask(chat); // pasted twice by mistake
  displace(chat);
  Object.assign(chat, { text: text.trim(), pasted: true, messageId: random() });
  changed(chat, "message");
  return ask(chat);
}

export function typed(chat, text) { // the same message mended keeps its place; another one displaces what was copied
  const before = chat.answered || messageOf(chat), now = text.trim();
  const mended = !before || now.startsWith(before) || before.startsWith(now);
  if (chat.turn && !mended) displace(chat);
  chat.text = text;
  if (chat.pasted && now !== before && !chat.turn) Object.assign(chat, { slots: {}, intent: "", before: null });
  changed(chat, "count");
  later(chat);
}

export const tooLong = (chat) => characters(chat.text.trim()).length - MAX;
