// Texts, counted in characters as the service counts them, not in UTF-16 units.
import { el } from "./dom.js";

const LEVELS = ["block", "warn", "info"]; // the gravest first
const BLANK = /【([^【】]+)】/g;
const SENTENCE_ENDS = new Set("。！？!?～~\n；;");

export const characters = (text) => Array.from(text);
export const percent = (share) => `${Math.round(share * 100)}%`;
export const short = (text, size = 18) => (characters(text).length > size ? `${characters(text).slice(0, size).join("")}…` : text);
export const cut = (text, [start, end]) => characters(text).slice(start, end).join("");

export function blanksIn(text, names) { // [name, from, to] in UTF-16 units, as a selection wants them
  return [...text.matchAll(BLANK)].filter(([, name]) => names.has(name)).map(({ 0: hit, 1: name, index }) => [name, index, index + hit.length]);
}

export const blankNames = (text) => new Set([...text.matchAll(BLANK)].map(([, name]) => name));

export function marked(text, findings, names) { // the text, cut where a finding or a blank begins or ends
  const chars = characters(text), place = (index) => characters(text.slice(0, index)).length;
  const blanks = blanksIn(text, names).map(([, from, to]) => [place(from), place(to)]);
  const cuts = new Set([0, chars.length, ...blanks.flat(), ...findings.flatMap(({ span }) => span)]);
  return [...cuts].filter((at) => at <= chars.length).sort((a, b) => a - b).map((start, at, edges) => {
    const covers = ([from, to]) => from <= start && start < to, here = findings.filter(({ span }) => covers(span));
    const words = chars.slice(start, edges[at + 1]).join(""), title = here.map(({ message }) => message).join("；");
    const level = LEVELS.find((name) => here.some((finding) => finding.level === name));
    const kind = [level, blanks.some(covers) && "blank"].filter(Boolean).join(" ");
    return kind ? el("mark", { className: kind, title }, words) : words;
  });
}

export function rewritten(text, { span: [start, end], rewrite }) { // a word for a word, a sentence for its sentence
  const chars = characters(text);
  let from = start, to = end;
  if (/[，。！？]/.test(rewrite) && !/^[！？。]$/.test(rewrite)) {
    while (from > 0 && !SENTENCE_ENDS.has(chars[from - 1])) from -= 1;
    while (to < chars.length && !SENTENCE_ENDS.has(chars[to])) to += 1;
    if (/[。！？]$/.test(rewrite) && to < chars.length) to += 1;
  }
  return [...chars.slice(0, from), rewrite, ...chars.slice(to)].join("");
}
