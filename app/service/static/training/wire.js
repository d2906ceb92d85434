// Speak with the service; {error} where it refused or nobody answered.
import { t } from "../words.js";

const shop = document.body.dataset.shop;
const address = (path, query) => `${path}?${new URLSearchParams({ shop, ...query })}`;

export async function post(path, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) };
  const response = await fetch(address(path), options).catch(() => null);
  const got = await response?.json().catch(() => null);
  if (response?.ok && got) return got;
  return { error: got?.error ?? { message: t("没有连上服务，这句还在，稍后再试") } };
}

export async function fragment(path, query) {
  const response = await fetch(address(path, query)).catch(() => null);
  if (!response?.ok) return null;
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  return [...parsed.body.childNodes];
}

export const json = async (path) => (await fetch(address(path)).catch(() => null))?.json() ?? [];
