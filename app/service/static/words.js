// The words in the language of the page; values stand in braces.
const english = JSON.parse(document.getElementById("words")?.textContent || "{}");

export function t(text, values = {}) {
  return (english[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function remember(name, value, days = 365) { // a cookie that the pages of the lead read as well
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${days * 86400}; samesite=lax`;
}

export function toast(text, ms = 3000) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.animate({ opacity: [1, 1, 0], offset: [0, 0.9, 1] }, ms);
}
