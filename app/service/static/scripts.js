// The script library: filters that act at once, and the small conveniences of the editor.
import { t } from "./words.js";

const narrow = document.getElementById("narrow");
narrow?.addEventListener("change", (event) => { if (event.target.id !== "q") narrow.requestSubmit(); });

const editor = document.getElementById("editor");
let touched = false;

function changed(field) { // lets the preview hear what a script wrote
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function quieten(box) {
  const name = box.name.replace("silent.", "");
  document.getElementById(`stage-${name}`).disabled = box.checked;
}

function fit(area) {
  area.rows = Math.min(16, Math.max(area.id === "source" ? 22 : 4, area.value.split("\n").length + 1));
}

if (editor) {
  const ask = document.getElementById("ask"), message = document.getElementById("message");
  editor.querySelectorAll("input[name^='silent.']").forEach((box) => {
    quieten(box);
    box.addEventListener("change", () => quieten(box));
  });
  editor.querySelectorAll("textarea").forEach((area) => {
    fit(area);
    area.addEventListener("input", () => { fit(area); touched = true; });
  });
  editor.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", () => {
    const area = document.getElementById(`stage-${button.dataset.copy}`);
    if (area.value.trim() && !confirm(t("这一段已经写了字，换成通用的话吗？"))) return;
    area.value = document.getElementById(`common-${button.dataset.copy}`).textContent;
    area.disabled = false;
    editor.elements[`silent.${button.dataset.copy}`].checked = false;
    changed(area);
    area.focus();
  }));
  ask.addEventListener("change", () => {
    message.hidden = ask.value !== "own";
    if (!message.hidden) message.focus();
  });
  editor.addEventListener("submit", () => { touched = false; });
  editor.addEventListener("keydown", (event) => { // Enter in a field of the preview tries, it does not save
    if (event.key === "Enter" && event.target.id === "message") event.preventDefault();
  });
  window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
  document.getElementById("verdict")?.scrollIntoView({ block: "nearest" });
}
