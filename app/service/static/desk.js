// The agent's page. Whatever came from a buyer or over the wire enters the page as text, never as markup.

const $ = (id) => document.getElementById(id);
const form = $("ask"), box = $("text"), answer = $("answer"), drafts = $("drafts"), shop = $("shop");
const MAX = Number(box.dataset.max), PAUSE = 150, SHOWN_TURNS = 4, SENT_TURNS = 20;
const STYLES = { brief: "简短", standard: "标准", soothing: "安抚" };
const LEVELS = { block: "违规", warn: "注意", info: "提示" }; // the gravest first
const DECISIONS = { reply: "可直接回", ask: "需要问一句", hand_over: "转主管" };
const CLOCK = { month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false };

// `answered` is the message whose drafts are shown, `copied` the two turns that become history with the next one.
const newState = () => ({
  turns: [], status: "", copied: [], answered: "", reply: null, armed: -1,
  asked: "", timer: 0, retry: 0, controller: null, composing: false, failed: false, wanted: null,
});
let state = newState();

function el(tag, props, ...children) {
  const node = Object.assign(document.createElement(tag), typeof props === "string" ? { className: props } : props);
  node.append(...children.filter(Boolean));
  return node;
}

function toast(text, ms = 3000) {
  $("toast").textContent = text;
  $("toast").animate({ opacity: [1, 1, 0], offset: [0, 0.9, 1] }, ms);
}

const characters = (text) => Array.from(text); // spans count characters, not UTF-16 units
const percent = (share) => `${Math.round(share * 100)}%`;
const short = (text) => (text.length > 18 ? `${text.slice(0, 18)}…` : text);
const message = () => characters(box.value.trim()).slice(0, MAX).join("");
const editable = (node) => node.matches?.("textarea, select, input") ?? false;
const blocked = (draft) => draft.findings.some((finding) => finding.level === "block");
const withZone = (local) => local + new Date(local).toString().replace(/.*GMT(...)(..).*/, ":00$1:$2");
const product = () => [...$("products").options].find(({ value }) => value === form.elements.product.value.trim())?.dataset.sku;
const when = (iso) => new Date(iso).toLocaleString("zh-CN", CLOCK);

function order() {
  const filled = [...$("order").querySelectorAll("input")].filter((input) => input.value.trim() && input.validity.valid);
  const facts = filled.map(({ name, type, value }) => [name, type === "datetime-local" ? withZone(value) : value.trim()]);
  if (state.status) facts.unshift(["status", state.status]);
  return facts.length ? Object.fromEntries(facts) : undefined;
}

function question(text) { // the turns themselves say what came before, so no conversation is kept for half-typed text
  const messages = [...state.turns.slice(-SENT_TURNS), { role: "buyer", text }];
  return JSON.stringify({ shop: shop.value, messages, order: order(), product: product() });
}

async function post(body, signal) { // null: nobody was there to answer
  const call = { method: "POST", headers: { "Content-Type": "application/json" }, body, signal };
  const response = await fetch("/v1/drafts", call).catch(() => null);
  const got = await response?.json().catch(() => null);
  if (!response || (response.ok && got)) return got ?? null;
  return { error: { message: `这次没有答上来（${response.status}），稍后再试`, ...got?.error } };
}

async function ask() {
  clearTimeout(state.timer);
  state.timer = 0;
  const text = message(), body = text && question(text);
  if (state.composing || body === state.asked) return;
  clearTimeout(state.retry);
  state.controller?.abort();
  if (!text) return settle({ asked: "", reply: null });
  const controller = new AbortController(), slow = setTimeout(() => answer.classList.add("waiting"), 200);
  Object.assign(state, { asked: body, controller });
  const got = await post(body, controller.signal), { wanted } = state;
  clearTimeout(slow);
  if (controller.signal.aborted) return;
  if (got && !got.error) settle({ answered: text, reply: got, armed: -1 });
  else settle({ asked: null }, got ? got.error.message : "连不上服务，正在重试");
  if (!got) state.retry = setTimeout(ask, 2000);
  if (wanted !== null) copyThat(wanted);
  if (document.activeElement === drafts) answer.scrollIntoView({ block: "nearest" });
}

function settle(change, trouble = "") {
  Object.assign(state, { controller: null, wanted: null, failed: trouble !== "" }, change);
  const { reply, failed } = state;
  $("notice").textContent = trouble;
  answer.classList.toggle("failed", failed);
  answer.classList.remove("waiting");
  if (failed) return;
  for (const [id, make] of Object.entries(PARTS)) $(id).replaceChildren(...(reply ? make(reply) : []));
  document.body.classList.toggle("answered", reply !== null);
  $("remark").hidden = !reply?.remark;
}

function marked(draft) { // the text, cut where a finding or a blank begins or ends
  const chars = characters(draft.text), place = (index) => characters(draft.text.slice(0, index)).length;
  const blanks = [...draft.text.matchAll(/【[^【】]+】/g)].map(({ 0: hit, index }) => [place(index), place(index + hit.length)]);
  const cuts = new Set([0, chars.length, ...blanks.flat(), ...draft.findings.flatMap(({ span }) => span)]);
  return [...cuts].sort((a, b) => a - b).map((start, at, edges) => {
    const covers = ([from, to]) => from <= start && start < to, here = draft.findings.filter(({ span }) => covers(span));
    const words = chars.slice(start, edges[at + 1]).join(""), title = here.map((finding) => finding.message).join("；");
    const level = Object.keys(LEVELS).find((name) => here.some((finding) => finding.level === name));
    const kind = [level, blanks.some(covers) && "blank"].filter(Boolean).join(" ");
    return kind ? el("mark", { className: kind, title }, words) : words;
  });
}

function card(draft, index) {
  const node = $("card").content.firstElementChild.cloneNode(true), part = (name) => node.querySelector(name);
  const style = STYLES[draft.style] ?? "", blanks = draft.blanks.length && `要填：${draft.blanks.join("、")}`;
  const reasons = [blocked(draft) && "会违规", blanks].filter(Boolean).join("；") || (draft.sendable ? "" : "改好再发");
  node.classList.toggle("not-ready", reasons !== "");
  part("kbd").append(index + 1);
  part("h3").append(style);
  part(".state").append(reasons || "可以发");
  part(".size").append(`${characters(draft.text).length} 字`);
  part(".text").append(...marked(draft));
  part(".findings").append(...draft.findings.map((finding) => findingLine(finding, draft)));
  part("button").ariaLabel = `复制${style}，按 ${index + 1}`;
  node.addEventListener("click", () => getSelection().isCollapsed && copyThat(index));
  return node;
}

function fact(title, ...lines) {
  const shown = lines.filter(Boolean).map((line) => el("li", "", line));
  return shown.length ? [el("section", "", el("h2", "", title), el("ul", "", ...shown))] : [];
}

const quoted = ([start, end], text) => start < end && `“${short(characters(text).slice(start, end).join(""))}” `;
const findingLine = ({ level, span, message: why, rewrite }, { text }) => el("li", level, el("b", "", LEVELS[level]), quoted(span, text), why,
  rewrite && el("span", "rewrite", `改成：${rewrite}`));
const chip = (title, sure) => el("span", { className: "chip", title: `把握 ${percent(sure)}` }, title, el("small", "", percent(sure)));
const bar = (title, value) => el("span", "bar", el("span", "", title), el("progress", { value, ariaHidden: "true" }), el("small", "", percent(value)));
const PARTS = { // what stands where, by the id of the place
  summary: ({ decision, intents }) => [
    el("strong", decision, DECISIONS[decision]), ...intents.map((one) => chip(one.title, one.confidence))],
  risk: ({ risk, intents, drafts: offered }) => [...risk.map(({ why }) => why),
    (intents[0]?.name ?? "unknown") === "unknown" && "没把握看懂这句，发之前请对一下原话",
    !offered.length && "这句请您自己回"].filter(Boolean).map((note) => el("li", "", note)),
  drafts: (reply) => reply.drafts.slice(0, 3).map(card),
  note: ({ remark }) => (remark ? [remark.flag ? el("b", "", "插旗") : "", remark.text,
    remark.payment_note ? el("span", "quiet", `　打款留言：${remark.payment_note}`) : ""] : []),
  facts: ({ decision, hand_over: passed, missing, authority: may, todo, follow_up: next }) => [
    ...fact("交接", ...(decision === "hand_over" && passed ? passed.lines : [])), ...fact("还要问", ...missing.map((one) => one.ask)),
    ...fact("可给", may?.granted, may?.limit && `上限：${may.limit}`, may?.needs && el("b", "", "再多要主管点头"),
      may?.why && el("span", "quiet", may.why)),
    ...fact("要做", ...todo), ...fact("回头跟进", next && `${when(next.at)} ${next.what}`)],
  reasons: ({ why, ranking, intents }) => {
    const titled = ({ name, title }) => title ?? intents.find((intent) => intent.name === name)?.title;
    const likely = ranking.slice(0, 5).filter((one) => titled(one) && one.confidence >= 0.005);
    return [...fact("看这些词", why.words.join("、")), ...fact("像这些问法", ...why.nearest),
      ...fact("可能在问", ...likely.map((one) => bar(titled(one), one.confidence)))];
  },
  took: (reply) => [`用时 ${reply.took_ms} 毫秒`],
  said: (reply) => [`${reply.drafts.length} 条回复，${DECISIONS[reply.decision]}`],
};

const moveOn = () => state.copied.splice(0).map(remember).length; // what was copied has been sent: it is history now
function remember(turn) {
  const { role, text } = turn, who = el("b", "", role === "buyer" ? "买家" : "我");
  $("turns").append(el("li", { className: role, title: text }, who, text));
  if (state.turns.push(turn) > SHOWN_TURNS) $("older").append($("turns").firstElementChild);
}

function copyOldWay(text) { // plain http has no clipboard API
  const before = document.activeElement, hidden = el("textarea", { className: "hush", value: text });
  document.body.append(hidden);
  hidden.select();
  const done = document.execCommand("copy");
  hidden.remove();
  before.focus();
  return done;
}

async function copy(text, words, ms = 1500) {
  const done = (await navigator.clipboard?.writeText(text).then(() => true, () => false)) || copyOldWay(text);
  toast(done ? words : "复制不了，请选中文字再按 Ctrl+C", done ? ms : 3000);
  return done;
}

function arm(index) { // a second press within three seconds is meant
  const mine = Object.assign(state, { armed: index });
  setTimeout(() => Object.assign(mine, { armed: -1 }), 3000);
  toast("这句会违规，再按一次仍要复制");
}

function copyThat(what) { // a draft by its index, or the remark
  if (state.timer) ask();
  if (state.controller) return Object.assign(state, { wanted: what }); // the answer on its way is the one meant
  if (state.reply && state.failed) return toast("这是上一句的回复，没有复制");
  const draft = state.reply?.drafts[what], remark = state.reply?.remark;
  if (draft) return blocked(draft) && state.armed !== what ? arm(what) : copyDraft(draft, what);
  return what === "remark" && remark && copy(remark.text, `已复制备注：${short(remark.text)}`);
}

async function copyDraft(draft, index) {
  const mine = state, turns = [{ role: "buyer", text: state.answered }, { role: "agent", text: draft.text }];
  const words = draft.blanks.length ? `已复制，还有空白要填：${draft.blanks.join("、")}` : `已复制：${short(draft.text)}`;
  if (!(await copy(draft.text, words, draft.blanks.length ? 3000 : 1500))) return;
  mine.copied = turns;
  [...drafts.children].forEach((node, at) => node.classList.toggle("copied", at === index));
}

function typed(whole = false) { // a whole message is answered at once, and the keys 1 to 3 are for its drafts
  const now = message(), before = state.copied[0]?.text ?? now, over = characters(box.value.trim()).length - MAX;
  if (!now || !(now.startsWith(before) || before.startsWith(now))) moveOn(); // another message, not the same one mended
  $("count").textContent = over > 0 ? `太长了：多出 ${over} 字，只看前 ${MAX} 字` : `${over + MAX} / ${MAX}`;
  $("count").classList.toggle("over", over > 0);
  clearTimeout(state.timer);
  state.timer = setTimeout(ask, PAUSE);
  if (whole) drafts.focus({ preventScroll: true });
  if (whole) ask();
}

function take(text) { // a whole message, from the clipboard or the sample
  moveOn();
  box.value = text.trim();
  typed(true);
}

function setStatus(status) {
  state.status = status;
  for (const one of $("status").children) one.ariaPressed = String(one.dataset.status === status);
  ask();
}

function fresh() {
  form.reset();
  state.asked = null; // so that ask() drops what is under way
  ask();
  state = newState();
  setStatus("");
  [$("older"), $("turns")].forEach((list) => list.replaceChildren());
  typed();
  box.focus();
}

function pressed(event) {
  if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey) return;
  const inField = editable(event.target), number = /^(?:Digit|Numpad)([1-3])$/.exec(event.code)?.[1];
  if (event.key === "Escape" && (!inField || event.target === box)) return fresh();
  if ((inField && !event.altKey) || !(number || event.code === "KeyR")) return;
  event.preventDefault();
  copyThat(number ? number - 1 : "remark");
}

function pasted(event) {
  const text = event.clipboardData.getData("text/plain");
  if (event.target === box && moveOn()) box.select(); // it was answered: what is pasted now is the next message
  if (editable(event.target) || !text.trim()) return;
  event.preventDefault();
  take(text);
}

const on = (node, name, act) => node.addEventListener(name, act);
on(document, "keydown", pressed);
on(document, "paste", pasted);
on(form, "input", (event) => event.isComposing || typed(event.target === box && event.inputType === "insertFromPaste"));
on(form, "compositionstart", () => { state.composing = true; });
on(form, "compositionend", () => { state.composing = false; typed(); });
on($("status"), "click", ({ target }) => target.matches("button") && setStatus(target.dataset.status));
on($("sample"), "click", () => take($("sample").textContent));
on($("fresh"), "click", fresh);
on($("copy-remark"), "click", () => copyThat("remark"));
on(shop, "change", () => location.assign(`/?shop=${encodeURIComponent(shop.value)}`));
