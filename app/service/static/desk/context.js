// What an agent wants at hand beside the drafts: what they may grant, what to do, why it was understood so.
import { t } from "../words.js";
import { choose } from "./answer.js";
import { copyHandOver } from "./copying.js";
import { $, el, on } from "./dom.js";
import { desk } from "./state.js";
import { percent } from "./text.js";

const WHEN = { month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false };
const LIKELY = 5, DOUBTFUL = 0.005;

const when = (iso) => new Date(iso).toLocaleString(document.documentElement.lang, WHEN);

function fact(title, lines, ...tools) {
  const shown = lines.filter(Boolean).map((line) => el("li", "", line));
  return shown.length ? [el("section", "", el("h2", "", title, tools), el("ul", "", shown))] : [];
}

export function drawContext(chat) {
  const { reply } = chat;
  $("facts").replaceChildren(...(reply ? facts(chat, reply) : []));
  $("reasons").replaceChildren(...(reply ? reasons(reply) : []));
  $("took").textContent = reply ? t("用时 {ms} 毫秒", { ms: reply.took_ms }) : "";
}

function facts(chat, { missing, authority: may, todo, follow_up: next, hand_over: passed, promised, decision }) {
  return [
    ...fact(t("还要问"), missing.map(({ ask }) => ask)),
    ...fact(t("之前答应过"), promised ?? []),
    ...fact(t("您可以定的"), may ? grant(may) : []),
    ...fact(t("要做"), todo),
    ...fact(t("回头跟进"), next ? [`${when(next.at)} ${next.what}`] : []),
    ...handOver(chat, passed, decision === "hand_over"),
  ];
}

function grant({ granted, limit, needs, why }) {
  return [
    granted && why ? t("您可以给：{granted}，因为{why}", { granted, why }) : granted ? t("您可以给：{granted}", { granted }) : why,
    limit && t("上限：{limit}", { limit }), needs && el("b", "", t("再多要主管点头")),
  ];
}

function handOver(chat, passed, open) {
  if (!passed?.lines.length) return [];
  const copy = el("button", { type: "button", className: "copy" }, t("复制"), el("span", "hush", t("交接摘要")), el("kbd", "", "H"));
  on(copy, "click", () => copyHandOver(chat));
  const lines = el("ul", "", passed.lines.map((line) => el("li", "", line)));
  return [el("details", { id: "hand-over", open }, el("summary", "", t("交接摘要")), lines, copy)];
}

const bar = (title, value) => el("span", "bar", el("span", "", title), el("progress", { value, ariaHidden: "true" }), el("small", "", percent(value)));

function reasons({ why, ranking }) {
  const likely = ranking.slice(0, LIKELY).filter((one) => one.title && one.confidence >= DOUBTFUL);
  return [
    ...fact(t("看这些词"), [why.words.join("、")]), ...fact(t("像这些问法"), [...why.nearest]),
    ...fact(t("可能在问"), likely.map((one) => bar(one.title, one.confidence))),
  ];
}

on($("any-intent"), "change", ({ target }) => { // none of those offered: any other
  const found = [...$("intents").options].find(({ value }) => value === target.value.trim());
  if (!found || !desk.chat.reply) return;
  choose(desk.chat, { name: found.dataset.name, title: found.value });
  target.value = "";
  $("drafts").focus({ preventScroll: true });
});
