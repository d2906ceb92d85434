// The page as a small window that stays on top: Document Picture-in-Picture where there is one, else a narrow pop-up.
import { editable, stored } from "./desk/dom.js";
import { t, toast } from "./words.js";

const SIZE = { width: 380, height: 640 };
const small = () => `/?${new URLSearchParams({ mini: 1, shop: document.body.dataset.shop })}`;
const button = document.createElement("button");
let shown = null;

async function onTop() { // null where this browser cannot, or will not now
  const view = await window.documentPictureInPicture?.requestWindow(SIZE).catch(() => null);
  if (!view) return null;
  const page = view.document, frame = page.createElement("iframe");
  page.title = t("秒回");
  page.documentElement.lang = document.documentElement.lang;
  Object.assign(page.body.style, { margin: 0, overflow: "hidden" });
  Object.assign(frame, { src: small(), title: t("秒回") });
  Object.assign(frame.style, { display: "block", width: "100%", height: "100vh", border: 0 });
  frame.addEventListener("load", () => frame.contentWindow.focus());
  page.body.append(frame);
  view.addEventListener("pagehide", () => mark(null));
  return view;
}

const popup = () => window.open(small(), "miaohui-mini", `popup,width=${SIZE.width},height=${SIZE.height}`);

function mark(view) {
  shown = view;
  button.setAttribute("aria-pressed", String(view !== null));
}

async function float() {
  if (shown && !shown.closed) {
    shown.close();
    return mark(null);
  }
  const view = (await onTop()) ?? popup();
  mark(view);
  if (!view) toast(t("浏览器拦下了小窗，请在地址栏里允许弹出窗口"));
}

function onKey(event) {
  const { target, code, altKey, shiftKey, ctrlKey, metaKey, repeat, isComposing, keyCode } = event;
  if (code !== "KeyW" || shiftKey || ctrlKey || metaKey || repeat || isComposing || keyCode === 229) return;
  if ((!altKey && (editable(target) || stored("alt"))) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  float();
}

if (!document.body.classList.contains("mini")) {
  const key = document.createElement("kbd");
  key.textContent = "W";
  Object.assign(button, { id: "float", type: "button", className: "quiet", title: t("开一个总在最前面的小窗") });
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-keyshortcuts", "W");
  button.append(t("小窗"), key);
  button.addEventListener("click", float);
  document.querySelector("header .who").prepend(button);
  document.addEventListener("keydown", onKey);
}
