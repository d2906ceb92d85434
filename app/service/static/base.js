// What every page does: change the shop, remember the agent's name.
import { remember } from "./words.js";

const shop = document.getElementById("shop"), agent = document.getElementById("agent");
shop?.addEventListener("change", () => {
  const there = new URL(location.href);
  there.searchParams.set("shop", shop.value);
  location.assign(there);
});
agent?.addEventListener("change", () => remember("miaohui_agent", agent.value.trim()));
