// The shop's settings: rows that come and go, a word about what is not saved, the first fault in view.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add], [data-remove]");
  if (!button) return;
  const rows = button.closest("[data-rows]");
  if ("add" in button.dataset) {
    const row = rows.querySelector("template").content.firstElementChild.cloneNode(true);
    button.before(row);
    row.querySelector("input").focus();
  } else {
    const row = button.closest(".row"), next = row.nextElementSibling;
    (next?.querySelector?.("input") ?? rows.querySelector("[data-add]")).focus();
    row.remove();
  }
  rows.dispatchEvent(new Event("input", { bubbles: true }));
});

for (const form of document.querySelectorAll("form[data-guard]")) {
  let changed = false;
  form.addEventListener("input", () => {
    changed = true;
    form.querySelector("[data-dirty]").hidden = false;
  });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

document.querySelector("[aria-invalid=true], [data-bad] input:not([type=hidden])")?.focus();
