// The panel over a foreign page, in a shadow tree of its own. Whatever came over the wire enters it as text.
const t = (text, values = {}) => (WORDS[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const STYLES = { brief: t("简短"), standard: t("标准"), soothing: t("安抚") };
const LEVELS = { block: t("违规"), warn: t("注意"), info: t("提示") }; // the gravest first
const BLANK = /【[^【】]+】/;
const host = document.createElement("miaohui-panel"), root = host.attachShadow({ mode: "open" });
const panel = el("section", { className: "panel", tabIndex: -1, role: "dialog", ariaLabel: t("秒回"), hidden: true });
const toast = el("p", { className: "toast", role: "status", hidden: true });
const heard = el("p", { className: "hush", role: "status" }); // for those who cannot see the panel
const pick = el("button", { type: "button", className: "pick", hidden: true, title: t("让秒回出回复（Alt+M）") }, t("秒回"));

function el(tag, props, ...children) {
  const node = Object.assign(document.createElement(tag), typeof props === "string" ? { className: props } : props);
  node.append(...children.flat().filter((child) => child || child === 0));
  return node;
}

function button(words, act, props = {}) {
  const node = el("button", { type: "button", ...props }, words);
  node.addEventListener("click", act);
  return node;
}

function dress() { // constructed sheets are no inline styles, so the page's content policy has no say
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    root.adoptedStyleSheets = [sheet];
  } catch { // a sandbox that may not hand its sheets to the page
    root.prepend(el("style", {}, SHEET));
  }
}

function mount() {
  if (host.isConnected) return;
  const own = { all: "initial", position: "fixed", inset: "0", "z-index": "2147483647", "pointer-events": "none" };
  for (const [name, value] of Object.entries(own)) host.style.setProperty(name, value, "important");
  if (!root.childElementCount) {
    dress();
    root.append(panel, toast, heard, pick);
  }
  document.documentElement.append(host);
}

function say(text, ms = 4000) {
  mount();
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  if (ms) say.timer = setTimeout(() => { toast.hidden = true; }, ms);
}

const letters = (text) => Array.from(text); // spans count characters, not UTF-16 units
const blocked = (findings) => findings.some(({ level }) => level === "block");

function marked(draft) { // the text, cut where a finding or a blank begins or ends
  const chars = letters(draft.text), place = (index) => letters(draft.text.slice(0, index)).length;
  const blanks = [...draft.text.matchAll(new RegExp(BLANK, "g"))].map(({ 0: hit, index }) => [place(index), place(index + hit.length)]);
  const cuts = new Set([0, chars.length, ...blanks.flat(), ...draft.findings.flatMap(({ span }) => span)]);
  return [...cuts].sort((a, b) => a - b).map((start, at, edges) => {
    const covers = ([from, to]) => from <= start && start < to, here = draft.findings.filter(({ span }) => covers(span));
    const level = Object.keys(LEVELS).find((name) => here.some((finding) => finding.level === name));
    const kind = [level, blanks.some(covers) && "blank"].filter(Boolean).join(" "), words = chars.slice(start, edges[at + 1]).join("");
    return kind ? el("mark", { className: kind, title: here.map(({ message }) => message).join("；") }, words) : words;
  });
}

function findingLines(findings) {
  const lines = findings.map(({ level, message, rewrite }) => el("li", level, el("b", "", LEVELS[level]), " ", message,
    rewrite && t("　改成：{rewrite}", { rewrite })));
  return lines.length ? el("ul", "findings", lines) : "";
}

function card(draft, index) {
  const style = STYLES[draft.style] ?? draft.style, which = `${style} ${index + 1}`;
  const fillIn = state.armed === index ? t("还是要填") : t("填进去");
  const trouble = [blocked(draft.findings) && t("会违规"), draft.blanks.length && t("要填：{blanks}", { blanks: draft.blanks.join("、") })];
  const why = trouble.filter(Boolean).join("；") || (draft.sendable ? "" : t("改好再用"));
  return el("article", why ? "card not-ready" : "card",
    el("header", "", el("kbd", "", String(index + 1)), el("h3", "", style), el("span", "state", why || t("可以用")),
      button(t("改一改"), () => edit(index), { className: "change", ariaLabel: `${t("改一改")} ${which}` }),
      button(fillIn, () => take(index), { className: "primary", ariaLabel: `${fillIn} ${which}` })),
    el("p", "text", marked(draft)), findingLines(draft.findings));
}

function editor() {
  const { text, findings } = state.editing, box = el("textarea", { rows: 6, value: text, ariaLabel: t("改好的话"), spellcheck: false });
  box.addEventListener("input", () => Object.assign(state.editing, { text: box.value, checked: null }));
  return [el("p", "quiet", t("【】里要填上真的，Tab 跳到下一处")), box, findingLines(findings),
    el("div", "actions", button([state.editing.checked === null ? t("填进去") : t("还是要填"), el("kbd", "", "Ctrl+Enter")], finish, { className: "primary" }),
      button(t("返回"), () => edit(-1)))];
}

function draw() {
  const { text, reply, trouble, editing } = state, { risk = [], intents = [], drafts = [], remark, decision, hand_over: passed } = reply ?? {};
  const alone = reply && !drafts.length ? t("这句请您自己回") : "", lines = decision === "hand_over" ? passed?.lines ?? [] : [];
  const notes = [...risk.map(({ why }) => why), alone, ...lines].filter(Boolean).map((note) => el("li", "", note));
  panel.replaceChildren(
    el("header", "top", el("h2", "", t("秒回")), el("span", "quiet", intents.map(({ title }) => title).join("、")),
      button("×", close, { className: "close", ariaLabel: t("关闭，按 Esc") })),
    el("p", "said", `“${text}”`),
    trouble && el("p", { className: "trouble", role: "alert" }, trouble), !reply && !trouble ? el("p", "wait", t("正在出回复…")) : "",
    notes.length ? el("ul", "risk", notes) : "",
    ...(editing ? editor() : drafts.slice(0, 3).map(card)),
    !editing && remark ? el("div", "remark", el("span", "", el("b", "", t("备注")), " ", remark.text), button([t("复制"), el("kbd", "", "R")], copyRemark)) : "",
    el("footer", "", button([t("指一下输入框"), el("kbd", "", "P")], point), el("span", "quiet", t("只填不发，发送由您来按"))));
}
