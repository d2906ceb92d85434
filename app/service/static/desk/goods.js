// Find a product by a few letters; its card stays, and the drafts speak of it.
import { t } from "../words.js";
import { redraft } from "./ask.js";
import { $, el, on } from "./dom.js";
import { desk } from "./state.js";
import { get } from "./wire.js";

const PAUSE = 120, LONGEST = 100, SUGGESTED = 2;
const field = $("product"), list = $("goods");
let found = [], at = -1, timer = 0, latest = 0;

async function search() {
  const q = field.value.trim(), mine = ++latest;
  const got = q ? await get("/v1/goods", { q }) : { goods: [] };
  if (mine !== latest) return;
  found = got?.goods ?? [];
  at = found.length ? 0 : -1;
  const none = q && !found.length && el("li", { className: "none", role: "option", ariaDisabled: "true" }, t("没有找到这样的商品"));
  list.replaceChildren(...(none ? [none] : found.map(option)));
  open(q !== "" && document.activeElement === field);
}

function option(one, index) {
  const stock = one.stock ? t("库存 {count}", { count: one.stock }) : t("缺货");
  const node = el("li", { id: `good-${index}`, role: "option" }, el("b", "", one.name), el("span", "quiet", `¥${one.price} · ${stock}`));
  on(node, "pointerdown", (event) => { event.preventDefault(); pick(one); });
  return node;
}

function open(shown) {
  list.hidden = !shown;
  field.ariaExpanded = String(shown);
  mark();
}

function mark() {
  [...list.children].forEach((node, index) => { node.ariaSelected = String(index === at); });
  if (at >= 0 && !list.hidden) field.setAttribute("aria-activedescendant", `good-${at}`);
  else field.removeAttribute("aria-activedescendant");
  if (!list.hidden) list.children[at]?.scrollIntoView({ block: "nearest" });
}

function pick(one) {
  field.value = "";
  open(false);
  redraft(desk.chat, { product: one, picked: true });
  $("drafts").focus({ preventScroll: true });
}

on(field, "input", (event) => {
  clearTimeout(timer);
  if (!event.isComposing) timer = setTimeout(search, PAUSE);
});
on(field, "compositionend", search);
on(field, "blur", () => open(false));
on(field, "keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) at = (at + step + found.length) % found.length;
  else if (event.key === "Enter") found[at] ? pick(found[at]) : search();
  else if (event.key === "Escape" && (field.value || !list.hidden)) { field.value = ""; open(false); }
  else return;
  event.preventDefault();
  event.stopPropagation();
  mark();
});

export async function drawProduct(chat) {
  const { product } = chat;
  $("good").replaceChildren(...(product ? [card(chat, product)] : []));
  if (product) $("named").replaceChildren();
  if (!product?.sku || product.name) return;
  const got = await get("/v1/goods", { q: product.sku }); // only its number is kept with the chat
  chat.product = got?.goods?.find(({ sku }) => sku === product.sku) ?? { ...product, name: product.sku, price: "" };
  if (chat === desk.chat) drawProduct(chat);
}

export async function suggest(chat) { // a product that the message names, one click away
  const place = $("named"), text = chat.answered;
  if (chat.product || !text) return place.replaceChildren();
  const got = await get("/v1/goods", { q: text.slice(0, LONGEST) });
  if (chat !== desk.chat || chat.product || chat.answered !== text) return undefined;
  const named = (got?.goods ?? []).slice(0, SUGGESTED).map((one) => {
    const button = el("button", { type: "button" }, one.name, el("small", "", `¥${one.price}`));
    on(button, "click", () => pick(one));
    return button;
  });
  return place.replaceChildren(...(named.length ? [el("span", "quiet", t("在说这件？")), ...named] : []));
}

const pairs = (facts) => Object.entries(facts ?? {}).map(([name, value]) => `${name}：${value}`);

const details = (title, lines) => el("details", "", el("summary", "", title), el("ul", "", lines.map((text) => el("li", "", text))));

function card(chat, one) {
  const drop = el("button", { type: "button", className: "quiet drop", ariaLabel: t("不看这件商品了") }, "×");
  on(drop, "click", () => redraft(chat, { product: null, picked: true }));
  const sale = one.promotion, line = (title, text) => text && el("li", "", el("small", "", title), text);
  const more = [...pairs(one.attributes), ...pairs(one.sizes)], offer = sale && [sale.text, sale.limit].filter(Boolean).join("；");
  const stock = one.stock ? t("库存 {count}", { count: one.stock }) : one.restock ? t("缺货，{when}", { when: one.restock }) : t("缺货");
  return el("article", "good",
    el("header", "", el("b", "", one.name || one.sku), drop),
    el("p", "price", one.price && el("strong", "", `¥${sale?.price ?? one.price}`), sale?.price && el("s", "", `¥${one.price}`),
      el("span", one.stock ? "badge ok" : "badge bad", stock)),
    el("ul", "", line(t("活动"), offer), line(t("适合"), one.fits), line(t("用法"), one.usage),
      line(t("搭配"), (one.goes_with ?? []).join("、"))),
    more.length ? details(t("参数和尺码（{count}）", { count: more.length }), more) : "");
}
