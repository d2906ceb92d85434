// Decide on messages that nobody understood: by key, shown at once, told to the service behind it.
import { drained, inTurn, pending } from "./in_turn.js";
import { t, toast } from "./words.js";
import { finder } from "./training/finder.js";
import { forget, prefetch, settled, shown, warn, wording } from "./training/line.js";
import { post } from "./training/wire.js";

const $ = (id) => document.getElementById(id);
const lines = [...document.querySelectorAll(".one")], work = $("work"), dialog = $("new-intent");
const AHEAD = 2;
let current = null, together = null, undoable = Number(document.getElementById("undo").dataset.count);

const open = () => lines.filter((one) => !one.closest("li").hidden);
const ids = (one) => one.dataset.ids.split(",").map(Number);
const say = (text) => { $("said").textContent = text; };

function count(by) {
  $("open").textContent = Number($("open").textContent) + by;
  const none = open().length === 0;
  $("all-done").hidden = !none;
  work.hidden = none && !undoable;
  $("line").hidden = none;
}

function hide(one, hidden) {
  one.closest("li").hidden = hidden;
  const group = one.closest(".group");
  const left = group.querySelectorAll("li:not([hidden])").length, head = group.querySelector("header");
  group.hidden = !left;
  if (!head) return;
  head.hidden = left < 2;
  head.querySelector("h2").textContent = t("{count} 句相近", { count: left });
}

function select(one, { focus = true } = {}) {
  current?.removeAttribute("aria-current");
  current = one ?? null;
  if (!current) return;
  if (together && together !== current.closest(".group")) whole(null);
  current.setAttribute("aria-current", "true");
  if (focus) {
    current.focus({ preventScroll: true });
    current.scrollIntoView({ block: "nearest" });
  }
  shown(current.dataset);
  const there = open(), at = there.indexOf(current);
  prefetch(there.slice(at + 1, at + 1 + AHEAD).map((next) => next.dataset));
}

function step(by) {
  const there = open(), at = there.indexOf(current);
  select(there[Math.max(0, Math.min(there.length - 1, at + by))]);
}

function whole(group) { // the next choice is for all lines of the group
  together?.classList.remove("together");
  together?.querySelector(".whole")?.setAttribute("aria-pressed", "false");
  together = group;
  together?.classList.add("together");
  together?.querySelector(".whole")?.setAttribute("aria-pressed", "true");
  $("whole-note").hidden = !together;
  if (together) $("whole-note").textContent = t("整组 {count} 句一起：按 1 2 3、/ 或 X，Esc 算了", { count: open().filter((one) => together.contains(one)).length });
}

function turnWhole() {
  const group = current?.closest(".group");
  whole(together || !group?.querySelector("header:not([hidden])") ? null : group);
}

function decide(action, intent = "", title = "") {
  if (!current) return;
  const there = open(), chosen = together ? there.filter((one) => together.contains(one)) : [current];
  const sent = chosen.map((one) => ({ ids: ids(one), text: one === current ? wording() : "" }));
  const next = there.slice(there.indexOf(chosen.at(-1)) + 1).find((one) => !chosen.includes(one))
    ?? there.filter((one) => !chosen.includes(one)).at(-1);
  for (const one of chosen) fault(one, ""), hide(one, true);
  whole(null);
  undoable += 1;
  $("undo").disabled = false;
  count(-sent.reduce((sum, one) => sum + one.ids.length, 0));
  select(next);
  if (!next) $("undo").focus();
  say(action === "accept" ? t("归到「{intent}」", { intent: title }) : t("不收"));
  inTurn(() => settle(chosen, post("/training/decide", { action, intent, lines: sent })));
}

async function settle(chosen, answer) {
  const told = await answer, back = new Map();
  if (told.error) for (const one of chosen) back.set(one, told.error.message);
  for (const { ids: refused, why } of told.refused ?? []) back.set(chosen.find((one) => one.dataset.ids === refused.join(",")), why);
  if (back.size === chosen.length) undone();
  for (const [one, why] of back) {
    hide(one, false);
    fault(one, why);
    count(ids(one).length);
  }
  if (back.size) {
    const [first] = back.keys();
    select(first);
    say(back.get(first));
  }
  forget();
  if (current && !back.size) settled().then(warn); // what was just accepted may be too like it
}

function undone() {
  undoable -= 1;
  $("undo").disabled = undoable < 1;
}

function fault(one, why) {
  const place = one.closest("li").querySelector(".fault");
  place.hidden = !why;
  place.textContent = why;
}

function undo() {
  if ($("undo").disabled) return;
  undone();
  inTurn(async () => {
    const told = await post("/training/undo", null);
    if (told.error) {
      toast(told.error.message);
      return;
    }
    const again = lines.filter((one) => ids(one).some((id) => told.ids.includes(id)));
    if (!again.length) location.reload(); // decided before this page was opened
    for (const one of again) hide(one, false);
    forget();
    count(told.ids.length);
    select(again[0]);
    say(t("撤销了"));
  });
}

async function newIntent(event) {
  event.preventDefault();
  await settled();
  const form = event.target, fields = Object.fromEntries(new FormData(form));
  const told = await post("/training/intents", fields);
  $("new-fault").textContent = told.error?.message ?? "";
  if (told.error) return;
  dialog.close();
  form.reset();
  await find.refresh();
  decide("accept", told.name, told.title);
}

const find = finder($("find"), $("found"), {
  choose: (intent) => decide("accept", intent.name, intent.title),
  leave: () => current?.focus(),
});

const KEYS = {
  KeyJ: () => step(1), KeyK: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
  KeyX: () => decide("reject"), KeyN: () => current && dialog.showModal(), KeyU: undo, KeyA: turnWhole,
  KeyE: () => $("wording")?.focus(), Slash: () => $("find").focus(), Escape: () => whole(null),
};

function pressed(event) {
  const { target, code, key } = event, typing = target.matches("input, textarea, select, [contenteditable]");
  if (event.isComposing || event.keyCode === 229 || event.repeat && /^(Digit|Key[XAUN])/.test(code)) return;
  if (typing && target.id === "wording" && key === "Escape") return current?.focus();
  if (typing || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (key === "?") return $("keys").showModal();
  const number = /^(?:Digit|Numpad)([123])$/.exec(code)?.[1];
  const act = event.shiftKey ? null : number ? () => pick(Number(number)) : KEYS[key === "/" ? "Slash" : code];
  if (!act) return;
  event.preventDefault();
  act();
}

async function pick(number) {
  const line = current;
  await settled();
  const choice = line === current && document.querySelectorAll("#line .choice")[number - 1];
  if (choice) decide("accept", choice.dataset.intent, choice.querySelector("span").textContent);
}

function leave(event) { // what was decided gets there first
  const link = event.target.closest("a[href]");
  if (!link || !pending() || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  drained().finally(() => link.click());
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", leave);
$("groups").addEventListener("click", ({ target }) => {
  const one = target.closest(".one");
  if (one) select(one);
  if (target.closest(".whole")) {
    select(open().find((line) => target.closest(".group").contains(line)));
    turnWhole();
  }
});
$("groups").addEventListener("focusin", ({ target }) => target.matches(".one") && target !== current && select(target, { focus: false }));
$("line").addEventListener("click", ({ target }) => {
  const choice = target.closest(".choice");
  if (choice) decide("accept", choice.dataset.intent, choice.querySelector("span").textContent);
});
$("reject").addEventListener("click", () => decide("reject"));
$("new").addEventListener("click", () => dialog.showModal());
$("undo").addEventListener("click", undo);
$("help").addEventListener("click", () => $("keys").showModal());
$("new-cancel").addEventListener("click", () => dialog.close());
dialog.querySelector("form").addEventListener("submit", newIntent);
$("undo").disabled = undoable < 1;
select(open()[0], { focus: false });
