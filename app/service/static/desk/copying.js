// Copy a draft, and let the service know. What would get the shop punished takes a second press.
import { t, toast } from "../words.js";
import { ask, posting } from "./ask.js";
import { el, emit } from "./dom.js";
import { openEdit } from "./edit.js";
import { keep, record } from "./outcomes.js";
import { blocked, changed, messageOf, view } from "./state.js";
import { blanksIn, short } from "./text.js";
import { random } from "./wire.js";

const SECOND_PRESS = 3000, LOOK_FIRST = 600;
let ours = "";

export const lastCopied = () => ours;

function copyOldWay(text) { // plain http has no clipboard API
  const before = document.activeElement, hidden = el("textarea", { className: "hush", value: text });
  document.body.append(hidden);
  hidden.select();
  const done = document.execCommand("copy");
  hidden.remove();
  before?.focus();
  return done;
}

export async function copy(text, words, ms = 1500) {
  ours = text;
  const done = (await navigator.clipboard?.writeText(text).then(() => true, () => false)) || copyOldWay(text);
  toast(done ? words : t("复制不了，请选中文字再按 Ctrl+C"), done ? ms : SECOND_PRESS);
  return done;
}

function armed(chat, what, words) { // true where this is the second press within three seconds
  if (chat.armed === what) return true;
  chat.armed = what;
  setTimeout(() => { if (chat.armed === what) chat.armed = ""; }, SECOND_PRESS);
  toast(words);
  return false;
}

function ready(chat, act) { // an answer on its way is the one meant
  if (chat.timer) ask(chat);
  if (chat.flight) chat.wanted = act;
  else if (chat.reply && chat.trouble) toast(t("这是上一句的回复，没有复制"));
  else if (Date.now() - chat.swapped < LOOK_FIRST) toast(t("刚换成新的回复，看一眼再按"));
  else return true;
  return false;
}

export async function copyDraft(chat, index) {
  if (!ready(chat, () => copyDraft(chat, index))) return;
  const edit = chat.edits.get(index);
  if (edit?.checking) await edit.checking;
  const shown = view(chat, index);
  if (!shown) return;
  const [blank] = blanksIn(shown.text, shown.names);
  if (blank) return openEdit(chat, index, { blank: true, why: t("先填「{name}」再复制", { name: blank[0] }) });
  if (blocked(shown) && !armed(chat, `block${index}`, t("这句会违规，再按一次仍要复制"))) return;
  if (chat.stale && !armed(chat, `stale${index}`, t("买家又说了一句，再按一次仍复制这条"))) return;
  if (!(await copy(shown.text, t("已复制：{text}", { text: short(shown.text) })))) return;
  used(chat, index, shown);
}

function used(chat, index, { draft, text, edited }) {
  const before = chat.turn, { id } = chat.reply;
  Object.assign(chat, { copied: index, selected: index, editing: -1, turn: { role: "agent", text } });
  changed(chat, "copied");
  emit("miaohui:copied", { text, style: draft.style, draft_id: id });
  if (before?.text === text) return; // it is recorded already
  if (!chat.posted) {
    chat.messageId ||= random();
    keep(chat, posting(chat, messageOf(chat)));
  }
  const outcome = { draft_id: id, style: draft.style, outcome: edited ? "edited" : "copied", text: edited ? text : undefined };
  record(chat, outcome).then((got) => got?.follow_up && toast(t("已复制，记下了跟进：{what}", { what: got.follow_up.what })));
}

export function copyRemark(chat) {
  if (!ready(chat, () => copyRemark(chat))) return;
  const remark = chat.reply?.remark;
  if (remark) copy(remark.text, t("已复制备注：{text}", { text: short(remark.text) }));
  else toast(t("这句没有备注"));
}

export function copyHandOver(chat) {
  const passed = chat.reply?.hand_over;
  if (passed?.text) copy(passed.text, t("已复制交接：{text}", { text: short(passed.lines[0]) }));
}
