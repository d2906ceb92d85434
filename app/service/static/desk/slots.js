// What was found in the message, as chips: a click corrects one, and the drafts follow.
import { t } from "../words.js";
import { redraft } from "./ask.js";
import { $, el, on } from "./dom.js";

const NAMES = {
  order_no: t("订单号"), tracking_no: t("运单号"), phone: t("电话"), address: t("地址"), name: t("姓名"), courier: t("快递公司"),
  amount: t("金额"), date: t("日期"), quantity: t("数量"), size: t("码数"), body: t("身材"), product: t("商品"),
  item_id: t("商品编号"), link: t("链接"), image: t("图片"), number: t("数字"), tax_no: t("税号"),
};

export function drawSlots(chat) {
  const found = new Map((chat.reply?.slots ?? []).map(({ name, value }) => [name, value]));
  for (const [name, value] of Object.entries(chat.slots)) found.set(name, value);
  $("slots").replaceChildren(...[...found].map(([name, value]) => el("li", "", chip(chat, name, value))));
  $("found").hidden = !found.size;
}

function chip(chat, name, value) {
  const title = NAMES[name] ?? name, mended = name in chat.slots;
  const button = el("button", { type: "button", className: `chip${mended ? " mended" : ""}`, title: t("点一下改正") },
    el("small", "", title), value || el("i", "", t("不是")));
  on(button, "click", () => button.replaceWith(mend(chat, name, value, title)));
  return button;
}

function mend(chat, name, value, title) {
  const input = el("input", { value, maxLength: 200, size: Math.max(6, value.length + 2), ariaLabel: t("改正{title}，清空就是没有", { title }) });
  let done = false;
  const finish = (keep) => {
    if (done) return;
    done = true;
    const now = input.value.trim();
    if (keep && now !== value) redraft(chat, { slots: { ...chat.slots, [name]: now } });
    drawSlots(chat);
    if (document.activeElement === document.body) $("drafts").focus({ preventScroll: true });
  };
  on(input, "blur", () => finish(true));
  on(input, "keydown", (event) => {
    if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    finish(event.key === "Enter");
  });
  queueMicrotask(() => { input.focus(); input.select(); });
  return input;
}
