// What was understood, what to watch out for, the order note: around the drafts.
import { t } from "../words.js";
import { redraft } from "./ask.js";
import { $, el, say } from "./dom.js";
import { percent } from "./text.js";

const DECISIONS = { reply: t("可直接回"), ask: t("需要问一句"), hand_over: t("转主管") };
const TONES = ["", t("有点急"), t("生气"), t("很生气")];
const STAGES = {
  greet: t("招呼"), needs: t("问需求"), recommend: t("推荐"), promo: t("说活动"), cross_sell: t("连带"), close: t("收尾"),
  respond: t("先回应"), apologise: t("致歉"), understand: t("了解情况"), solve: t("给方案"), follow_up: t("跟进"),
  evidence: t("要凭证"), escalate: t("上报"), answer: t("答问题"),
};
const OTHERS = 5;

const known = (intent) => intent && intent.name !== "unknown";
const others = ({ ranking, intents }) => ranking.filter((one) => one.title && intents.every(({ name }) => name !== one.name)).slice(0, OTHERS);

export function drawAnswer(chat) {
  const { reply, trouble, stale } = chat, answer = $("answer");
  $("notice").textContent = trouble;
  answer.classList.toggle("failed", trouble !== "");
  answer.classList.toggle("stale", stale);
  answer.classList.remove("waiting");
  $("stale").hidden = !stale;
  document.body.classList.toggle("answered", reply !== null);
  $("summary").replaceChildren(...(reply ? summary(chat, reply) : []));
  $("risk").replaceChildren(...(reply ? warnings(reply) : []));
  $("others").replaceChildren(...(reply ? otherIntents(chat, reply) : []));
  $("remark").hidden = !reply?.remark;
  $("note").replaceChildren(...(reply?.remark ? remark(reply.remark) : []));
  if (reply && !trouble) say(t("{count} 条回复，{decision}", { count: reply.drafts.length, decision: DECISIONS[reply.decision] }));
}

function summary(chat, { decision, intents, tone, stage }) {
  return [
    el("strong", decision, DECISIONS[decision]),
    ...(chat.before ? [changedTo(chat, intents[0])] : intents.map((one) => chip(one))),
    tone?.anger ? el("span", `badge ${tone.anger > 1 ? "bad" : "warn"}`, TONES[Math.min(tone.anger, 3)]) : "",
    tone?.sad ? el("span", "badge warn", t("有伤心事，别用俏皮话")) : "",
    STAGES[stage] ? el("span", { className: "quiet", title: t("这句回到哪一步") }, t("走到：{stage}", { stage: STAGES[stage] })) : "",
  ].filter(Boolean);
}

const chip = ({ title, confidence }) =>
  el("span", { className: "chip", title: t("把握 {share}", { share: percent(confidence) }) }, title, el("small", "", percent(confidence)));

function changedTo(chat, now) {
  const back = el("button", { type: "button", className: "back" }, t("改回「{title}」", { title: chat.before.title }));
  back.addEventListener("click", () => redraft(chat, { intent: "", before: null }));
  return el("span", "changed", el("b", "", t("已改成「{title}」", { title: now?.title ?? "" })), back);
}

function warnings({ risk, intents, drafts }) {
  const notes = [...risk.map(({ why }) => why), !known(intents[0]) && t("没把握看懂这句，发之前请对一下原话"), !drafts.length && t("这句请您自己回")];
  return notes.filter(Boolean).map((note) => el("li", "", note));
}

function otherIntents(chat, reply) {
  const offered = others(reply).map((one, at) => {
    const keys = `⇧${at + 1}`;
    const title = t("其实在问这个，按 Shift+{number}", { number: at + 1 });
    const button = el("button", { type: "button", value: one.name, title }, one.title, el("kbd", "", keys));
    button.addEventListener("click", () => choose(chat, one));
    return button;
  });
  return offered.length ? [el("span", "quiet", t("不对？其实在问")), ...offered] : [];
}

export function choose(chat, { name, title }) { // the agent knows better: drafted anew, and learnt from
  const heard = chat.before ?? chat.reply.intents[0] ?? { name: "unknown", title: t("没看懂") };
  if (name === heard.name) redraft(chat, { intent: "", before: null });
  else redraft(chat, { intent: name, before: { name: heard.name, title: heard.title, chosen: title } });
}

export function chooseNumber(chat, number) {
  const one = chat.reply && others(chat.reply)[number - 1];
  if (one) choose(chat, one);
}

function remark({ text, flag, payment_note: paid }) {
  return [flag ? el("b", "", t("插旗")) : "", text, paid ? el("span", "quiet", `　${t("打款留言：{text}", { text: paid })}`) : ""].filter(Boolean);
}
