// Follow-ups by keyboard: J K move, D done, 1 2 3 put off, X give up, O open the chat, N add one.
const board = () => document.getElementById("board");
const items = () => [...document.querySelectorAll(".item")].filter((one) => one.checkVisibility());
let at = 0;

function go(to) {
  const all = items();
  if (!all.length) return;
  at = Math.max(0, Math.min(to, all.length - 1));
  all[at].focus();
  all[at].scrollIntoView({ block: "nearest" });
}

function add() {
  const form = document.querySelector(".add");
  if (form) { form.open = true; form.querySelector("#what").focus(); }
}

function press(item, key) {
  const what = item.querySelector(`[data-key="${key}"]`);
  if (!what) return false;
  what.click();
  if (key === "x") item.querySelector(".why input").focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && event.target.closest?.(".drop")) {
    event.target.closest(".drop").open = false;
    return go(at);
  }
  if (event.target.closest?.("input, select, textarea")) return;
  const key = event.key.toLowerCase(), here = event.target.closest?.(".item");
  if (here) at = items().indexOf(here);
  if (key === "j" || key === "arrowdown") go(here ? at + 1 : at);
  else if (key === "k" || key === "arrowup") go(here ? at - 1 : at);
  else if (key === "n") add();
  else if (key === "o" && here) here.querySelector("a.open")?.click();
  else if (!here || !press(here, key)) return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => { // Enter in the reason gives up, and is not the first button of the form
  if (event.key !== "Enter" || event.isComposing || !event.target.closest?.(".why")) return;
  event.preventDefault();
  event.target.closest(".why").querySelector("button").click();
});

document.addEventListener("click", (event) => { // the reason is needed only where one gives up
  const note = event.target.closest?.("button[name=action]")?.form?.elements.note;
  if (note) note.required = event.target.value === "drop";
}, true);

document.addEventListener("change", (event) => {
  if (event.target.closest?.("#filter")) event.target.form.requestSubmit();
  if (event.target.id === "due") chosen();
});

function chosen() {
  const due = document.getElementById("due");
  if (due) document.getElementById("at").hidden = due.value !== "at";
}

document.addEventListener("htmx:after:swap", () => {
  chosen();
  const due = Number(board()?.dataset.due ?? 0), count = document.querySelector(".top .count");
  if (count) { count.textContent = due; count.hidden = !due; }
  if (!document.activeElement || document.activeElement === document.body) go(at);
});
chosen();
