// Speak with the service. Null means that nobody answered, {error} that it refused.
import { t } from "../words.js";

export const $desk = document.getElementById("desk");
export const shop = document.body.dataset.shop;
export const MAX = Number($desk.dataset.max);

async function call(path, options) {
  const response = await fetch(path, options).catch(() => null);
  const got = await response?.json().catch(() => null);
  if (!response || (response.ok && got)) return got ?? null;
  return { error: { message: t("这次没有答上来（{status}），稍后再试", { status: response.status }), ...got?.error } };
}

export const post = (path, body, options = {}) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...options });
export const get = (path, query = {}, options = {}) => call(`${path}?${new URLSearchParams({ shop, ...query })}`, options);
export const random = () => Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, "0")).join("");
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
