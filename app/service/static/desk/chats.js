// Move between chats: choose one, start one, close one.
import { t, toast } from "../words.js";
import { ask } from "./ask.js";
import { $ } from "./dom.js";
import { closeEdit } from "./edit.js";
import { drop, keepHere, nextUrgent, note, ordered, seen } from "./rows.js";
import { changed, desk, messageOf, newChat, show, tellOrder } from "./state.js";
import { get, post, shop } from "./wire.js";

function leave({ typed = true } = {}) { // half-typed words are kept when another chat is chosen, not when they are dismissed
  const { chat } = desk, text = messageOf(chat);
  if (chat.editing >= 0) closeEdit(chat, false);
  if (!chat.known && text && (typed || chat.pasted)) keepHere(chat, text);
  else if (!chat.known) drop(chat.id);
}

export function fresh() { // the others stay in the list
  leave({ typed: false });
  show(newChat());
  $("text").focus();
}

function opened({ conversation: row, turns, reply, order, product }) { // as the service knows it
  const last = turns.at(-1), open = last?.role === "buyer", { id = "", text = "" } = open ? last : {};
  const drafted = open ? reply : null;
  return newChat(row.id, {
    known: true, platform: row.platform, turns: open ? turns.slice(0, -1) : turns,
    text, answered: drafted ? text : "", pasted: true, messageId: id || "known", posted: id || "known",
    order: order ?? {}, product: product ? { sku: product } : null, reply: drafted, lastSeen: seen(row),
  });
}

async function load(id) {
  const got = await get(`/v1/conversations/${encodeURIComponent(id)}`);
  if (!got || got.error) toast(got ? got.error.message : t("连不上服务，稍后再试"));
  if (!got || got.error) return null;
  note(got.conversation);
  return opened(got);
}

function carry(old, chat) { // what the agent told of the order stays, and the new drafts heed it
  const differs = Object.entries(old.own).some(([name, value]) => (chat.order[name] ?? "") !== value);
  const other = old.picked && old.product?.sku !== chat.product?.sku;
  tellOrder(chat, old.own);
  if (other) Object.assign(chat, { product: old.product, picked: true });
  if ((differs || other) && chat.text) ask(chat);
}

let choosing = 0;
export async function choose(id) {
  if (id === desk.chat.id) return $("drafts").focus({ preventScroll: true });
  const mine = ++choosing, kept = desk.chats.get(id), row = desk.rows.get(id);
  const current = kept && (!row || row.local || kept.lastSeen === seen(row) || kept.flight);
  const chat = current ? kept : await load(id);
  if (!chat || mine !== choosing) return undefined;
  leave();
  show(chat);
  if (kept && kept !== chat) carry(kept, chat);
  changed(chat, "asked");
  return (chat.text ? $("drafts") : $("text")).focus({ preventScroll: true });
}

export async function renew() { // a newer message has come: the drafts for it take the place of the old ones
  const old = desk.chat, chat = await load(old.id);
  if (!chat || desk.chat !== old) return;
  if (old.editing >= 0) closeEdit(old);
  if (chat.reply?.id !== old.reply?.id && old.reply) chat.swapped = Date.now();
  show(chat);
  carry(old, chat);
  changed(chat, "asked");
}

export function next() {
  const row = nextUrgent();
  if (row) choose(row.id);
  else toast(t("没有别人在等了"));
}

export function step(by) {
  const rows = ordered(), at = rows.findIndex(({ id }) => id === desk.chat.id);
  const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
  if (row) choose(row.id);
}

export async function close(id = desk.chat.id) {
  if (desk.rows.has(id) && !desk.rows.get(id).local) {
    const got = await post(`/v1/conversations/${encodeURIComponent(id)}/close?${new URLSearchParams({ shop })}`, {});
    if (!got || got.error) return toast(got ? got.error.message : t("连不上服务，稍后再试"));
    toast(t("已收起，买家再说话会回来"));
  }
  const here = id === desk.chat.id;
  drop(id);
  if (here) show(newChat());
  if (here) $("text").focus();
  return changed(desk.chat, "rows");
}
