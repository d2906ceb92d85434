// ==UserScript==
// @name         __NAME__
// @namespace    __HOME_PLAIN__/
// @version      __VERSION__
// @description  __DESCRIPTION__
// __MATCH_NOTE__
__MATCHES__
// @connect      __CONNECT__
// @grant        GM_xmlhttpRequest
// @grant        GM_setClipboard
// @grant        GM_getValue
// @grant        GM_setValue
// @run-at       document-start
// @downloadURL  __SOURCE__
// @updateURL    __SOURCE__
// ==/UserScript==

// Select what the buyer wrote, press Alt+M, press 1: the answer stands in the input. A person presses send, always:
// nothing here clicks a button of the page or dispatches a key.
(() => {
"use strict";
const HOME = __HOME__, SHOP = __SHOP__, AGENT = __AGENT__, LINT = __LINT__, WORDS = __WORDS__, SHEET = __SHEET__;
const LONGEST = __LONGEST__, TIMEOUT = 10000, TRIES = 3;
const state = { turn: 0, text: "", reply: null, trouble: "", armed: -1, editing: null, pointing: false, back: null, down: "" };

__FILLING__
__PANEL__

function call(path, body) { // the only way out of the page, and only to HOME
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(t("连不上秒回（{home}），看看它开着没有", { home: HOME })));
    const onload = ({ status, responseText }) => {
      let got = null;
      try { got = JSON.parse(responseText); } catch { /* a proxy's own page */ }
      if (got && status >= 200 && status < 300) resolve(got);
      else reject(new Error(got?.error?.message ?? t("秒回没有答上来（{status}）", { status })));
    };
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    const request = { method: "POST", url: HOME + path, headers, data: JSON.stringify(body), timeout: TIMEOUT, anonymous: true };
    GM_xmlhttpRequest({ ...request, onload, onerror: fail, ontimeout: fail });
  });
}

async function tell(outcome, tries = TRIES) { // what became of a draft; the same key is counted once
  await call("/v1/outcomes", outcome).catch(() => (tries > 1 ? setTimeout(tell, 3000, outcome, tries - 1) : 0));
}

// what to answer

function selected() {
  const at = document.activeElement, typed = at && typeof at.selectionStart === "number" ? at.value.slice(at.selectionStart, at.selectionEnd) : "";
  return (typed || String(getSelection())).trim();
}

async function ask(text) {
  pick.hidden = true;
  if (!text) return say(t("先选中买家的话，再按 Alt+M"));
  const turn = state.turn + 1;
  if (panel.hidden) state.back = document.activeElement;
  Object.assign(state, { turn, text: letters(text).slice(0, LONGEST).join(""), reply: null, trouble: "", armed: -1, editing: null });
  mount();
  toast.hidden = true;
  panel.hidden = false;
  redraw();
  const got = await call("/v1/drafts", { text: state.text, ...(SHOP && { shop: SHOP }) }).catch((error) => error);
  if (turn !== state.turn) return; // closed, or asked again
  Object.assign(state, got instanceof Error ? { trouble: got.message } : { reply: got });
  heard.textContent = state.trouble || t("{count} 条回复，按数字键填进输入框", { count: state.reply.drafts.length });
  redraw();
}

function redraw() {
  const inside = document.activeElement === host;
  draw();
  if (state.editing) panel.querySelector("textarea").focus();
  else if (inside || !state.reply) panel.focus({ preventScroll: true });
}

function close() {
  const focused = document.activeElement === host;
  Object.assign(state, { turn: state.turn + 1, reply: null, editing: null });
  panel.hidden = true;
  if (focused) state.back?.focus?.({ preventScroll: true });
}

// choosing a draft

function take(index) {
  const draft = state.reply?.drafts[index];
  if (!draft) return;
  if (draft.blanks.length || BLANK.test(draft.text)) return edit(index);
  if (draft.sendable || state.armed === index) return deliver(draft, draft.text);
  state.armed = index;
  redraw();
  say(t("这条会违规，再按一次 {key} 才填", { key: index + 1 }));
}

function edit(index) {
  const draft = state.reply?.drafts[index];
  state.editing = draft ? { draft, text: draft.text, findings: draft.findings, checked: null } : null;
  redraw();
  if (draft) nextBlank(0);
}

function nextBlank(from) { // select the next place to fill; false where none is left
  const box = panel.querySelector("textarea"), hit = BLANK.exec(box.value.slice(from));
  if (hit) box.setSelectionRange(from + hit.index, from + hit.index + hit[0].length);
  return Boolean(hit);
}

async function finish() {
  const { editing, turn } = state, text = editing?.text.trim();
  if (!text) return;
  if (nextBlank(0)) return say(t("还有空没填"));
  if (editing.checked !== text) {
    const got = await call("/v1/lint", { text, ...LINT }).catch((error) => error);
    if (turn !== state.turn || state.editing !== editing || editing.text.trim() !== text) return;
    Object.assign(editing, { checked: text, findings: got.findings ?? [] });
    if (got instanceof Error || blocked(editing.findings)) {
      redraw();
      return say(got instanceof Error ? t("没查成违规词，再按一次就填") : t("还会违规，再按一次才填"));
    }
  }
  await deliver(editing.draft, text);
}

async function deliver(draft, text) {
  const { id } = state.reply, node = target(), { style } = draft;
  close();
  const key = crypto.randomUUID?.() ?? `${id}-${style}-${Date.now()}`; // none on pages without https
  tell({ draft_id: id, style, outcome: text === draft.text ? "copied" : "edited", text, key, ...(AGENT && { agent: AGENT }) });
  if (node) await put(node, text);
  else {
    GM_setClipboard(text, "text");
    say(t("没找到输入框，已复制，按 Ctrl+V 粘贴"), 6000);
  }
}

async function put(node, text) {
  if (await fill(node, text)) return say(t("填好了，看一眼再按发送"));
  GM_setClipboard(text, "text");
  say(t("这个输入框填不进去，已复制，按 Ctrl+V 粘贴"), 6000);
}

function copyRemark() {
  if (!state.reply?.remark) return;
  GM_setClipboard(state.reply.remark.text, "text");
  say(t("备注已复制"));
}

// the input: the one that was pointed at on this site, else the one used last

const place = `input ${location.host}`;

function target() {
  const known = GM_getValue(place, ""), shown = known && field(document.querySelector(known));
  return usable(shown) ? shown : lastUsed();
}

function selectorOf(node) {
  const steady = (name) => /^[^:"\\\n]+$/.test(node.getAttribute(name) ?? "") && !/\d{3}/.test(node.getAttribute(name)); // not made up per load
  const only = (selector) => document.querySelectorAll(selector).length === 1;
  const named = ["id", "name", "placeholder", "aria-label"].filter(steady).map((name) => `${node.localName}[${name}="${node.getAttribute(name)}"]`).find(only);
  if (named) return named;
  const path = [];
  for (let at = node; at?.parentElement; at = at.parentElement) {
    const same = [...at.parentElement.children].filter(({ localName }) => localName === at.localName);
    path.unshift(`${at.localName}:nth-of-type(${same.indexOf(at) + 1})`);
  }
  return ["html", ...path].join(" > ");
}

function point() {
  state.pointing = true;
  panel.hidden = true;
  say(t("点一下聊天输入框，按 Esc 不指了"), 0);
}

function pointed(event) { // no press reaches the page while pointing, so nothing can be sent by it
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type !== "click") return;
  const node = field(event.composedPath()[0]);
  if (!node) return say(t("这里不能打字，点聊天输入框"), 0);
  notice(node);
  GM_setValue(place, selectorOf(node));
  unpoint(t("记住了，这个网站以后都填这里"));
}

function unpoint(text) {
  state.pointing = false;
  say(text);
  if (!state.reply) return;
  panel.hidden = false;
  redraw();
  panel.focus({ preventScroll: true });
}

// keys and the mouse: what belongs to the panel never reaches the page, what belongs to the page is left alone

function onKey(event) {
  if (!event.isTrusted) return;
  if (event.target !== host) return pageKey(event);
  event.stopImmediatePropagation();
  if (event.type !== "keydown") return event.type === "keyup" && (state.down = "");
  state.down = event.code;
  if (!composing(event)) panelKey(event);
}

const composing = ({ isComposing, keyCode }) => isComposing || keyCode === 229;

function pageKey(event) {
  const { type, code, key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (type === "keydown" && !event.repeat) state.down = "";
  if (state.down && code === state.down) { // the rest of a press that began in the panel: its Enter must not send
    if (type === "keyup") state.down = "";
    return halt(event);
  }
  if (type !== "keydown" || composing(event)) return;
  if (code === "KeyM" && altKey && !ctrlKey && !metaKey && !shiftKey) {
    halt(event);
    state.down = code;
    if (panel.hidden || selected()) ask(selected());
    else panel.focus();
  } else if (key === "Escape" && state.pointing) {
    halt(event);
    unpoint(t("没有指，还用上次的输入框"));
  } else if (key === "Escape" && !panel.hidden) close();
}

function halt(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function panelKey(event) {
  const { key, altKey, ctrlKey, metaKey, shiftKey, repeat } = event, box = root.activeElement;
  let act = null;
  if (box?.localName === "textarea") {
    if (key === "Escape") act = () => edit(-1);
    else if (key === "Enter" && (ctrlKey || metaKey)) act = finish;
    else if (key === "Tab" && !shiftKey && nextBlank(box.selectionEnd)) act = () => {};
  } else if (!altKey && !ctrlKey && !metaKey) {
    if (key === "Escape") act = close;
    else if (/^[1-9]$/.test(key)) act = () => take(Number(key) - 1);
    else act = { r: copyRemark, p: point }[key.toLowerCase()] ?? null;
  }
  if (!act) return;
  event.preventDefault();
  if (!repeat) act();
}

function offer(at) { // a small button where a selection ended
  if (at === host || state.pointing) return;
  const selection = getSelection(), text = String(selection).trim();
  const answered = !panel.hidden && text === state.text;
  pick.hidden = !text || answered || text.length > LONGEST || !selection.rangeCount || Boolean(field(at));
  if (pick.hidden) return;
  mount();
  const { right, bottom } = selection.getRangeAt(0).getBoundingClientRect();
  pick.style.left = `${Math.max(4, Math.min(right, innerWidth - 64))}px`;
  pick.style.top = `${Math.max(4, Math.min(bottom + 4, innerHeight - 36))}px`;
}

for (const type of ["keydown", "keypress", "keyup"]) addEventListener(type, onKey, true);
for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "dblclick", "auxclick"]) {
  addEventListener(type, (event) => state.pointing && event.target !== host && pointed(event), true);
  host.addEventListener(type, (event) => event.stopPropagation());
}
for (const type of ["input", "beforeinput", "change", "paste", "copy", "cut", "wheel"]) host.addEventListener(type, (event) => event.stopPropagation());
addEventListener("focusin", (event) => event.target !== host && notice(event.composedPath()[0]), true);
addEventListener("mouseup", (event) => setTimeout(offer, 0, event.target === host ? host : event.composedPath()[0]), true);
addEventListener("scroll", () => { pick.hidden = true; }, { capture: true, passive: true });
pick.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
pick.addEventListener("click", () => ask(selected()));
})();
