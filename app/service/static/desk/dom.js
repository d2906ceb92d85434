// Small tools for the document. Text from people enters it as text, never as markup.

export const $ = (id) => document.getElementById(id);
export const on = (node, name, act) => node.addEventListener(name, act);
export const editable = (node) => node?.matches?.("textarea, select, input, [contenteditable]") ?? false;

export function el(tag, props, ...children) {
  const node = Object.assign(document.createElement(tag), typeof props === "string" ? { className: props } : props);
  node.append(...children.flat().filter((child) => child || child === 0));
  return node;
}

export function say(text) { // for those who listen instead of looking
  $("said").textContent = "";
  $("said").textContent = text;
}

export function stored(name, value) { // what this browser remembers; some forbid it
  try {
    if (value === undefined) return localStorage.getItem(`miaohui.${name}`) ?? "";
    localStorage.setItem(`miaohui.${name}`, value);
  } catch { /* then it is forgotten */ }
  return value ?? "";
}

export function agentName() {
  const found = /(?:^|; )miaohui_agent=([^;]*)/.exec(document.cookie)?.[1] ?? "";
  try {
    return decodeURIComponent(found);
  } catch {
    return "";
  }
}

export const emit = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
export const heard = (name, act) => on(document, name, ({ detail }) => act(detail ?? {}));
