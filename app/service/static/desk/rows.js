// The lines of the queue: how long each buyer has waited, and who is next.
import { t } from "../words.js";
import { desk } from "./state.js";

const listeners = [];
export const onRows = (act) => listeners.push(act);
const redraw = () => listeners.forEach((act) => act());

function received(summary) { // the clock runs on from here, whatever this computer's own clock says
  const waited = summary.clock ? Date.now() - summary.clock.waited_s * 1000 : null;
  return { ...summary, since: summary.waiting_since === null ? null : waited ?? Date.parse(summary.waiting_since) };
}

export const seen = ({ last }) => (last ? `${last.role} ${last.at} ${last.text}` : "");

export function note(summary) {
  if (summary.state === "closed") desk.rows.delete(summary.id);
  else desk.rows.set(summary.id, received(summary));
  redraw();
}

export function noteAll(summaries) {
  for (const [id, row] of desk.rows) if (!row.local) desk.rows.delete(id);
  for (const one of summaries) if (one.state !== "closed") desk.rows.set(one.id, received(one));
  redraw();
}

export function keepHere(chat, text) { // words that only this page knows: typed, or not yet taken by the service
  const intent = chat.reply?.intents[0] ?? null, last = { role: "buyer", text, at: new Date().toISOString() };
  desk.rows.set(chat.id, { id: chat.id, local: true, source: "page", buyer: "", last, since: null, clock: null, intent, anger: 0, risk: [], unanswered: 0 });
  redraw();
}

export function drop(id) {
  desk.rows.delete(id);
  desk.chats.delete(id);
  redraw();
}

export function waited(row) {
  return row.since === null || row.since === undefined ? null : Math.max(0, Math.floor((Date.now() - row.since) / 1000));
}

// for a limit of three minutes: from 90 seconds on it is time, from 150 on it is late
export function level(row) {
  const seconds = waited(row), limit = row.clock?.limit_s ?? 0;
  if (seconds === null || !row.clock?.counts || !limit) return "";
  return seconds >= (limit * 5) / 6 ? "late" : seconds >= limit / 2 ? "soon" : "calm";
}

export function clockText(seconds) {
  if (seconds >= 3600) return t("{count} 小时", { count: Math.floor(seconds / 3600) });
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function urgency(row) { // smaller is sooner
  if (row.since === null || row.since === undefined) return [2, -Date.parse(row.last?.at ?? 0)];
  return row.clock?.counts ? [0, row.since + row.clock.limit_s * 1000] : [1, row.since];
}

export function ordered() {
  const ranked = [...desk.rows.values()].map((row) => [urgency(row), row]);
  return ranked.sort(([a], [b]) => a[0] - b[0] || a[1] - b[1]).map(([, row]) => row);
}

export const nextUrgent = () => ordered().find((row) => waited(row) !== null && row.id !== desk.chat.id);
