// A chat page as shops meet them: a controlled textarea that forgets what did not come through an input event,
// and Enter that sends, caught in every phase there is.
const box = document.getElementById("controlled"), { get, set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
window.sent = [];
window.model = "";
let tracked = "";
Object.defineProperty(box, "value", { configurable: true, get, set(value) { tracked = value; set.call(this, value); } });
box.addEventListener("input", () => {
  const now = get.call(box);
  if (now === tracked) return;
  window.model = tracked = now;
});
setInterval(() => { if (get.call(box) !== window.model) box.value = window.model; }, 30);

const send = (how) => window.sent.push(how);
document.getElementById("chat").addEventListener("submit", (event) => { event.preventDefault(); send("submit"); });
for (const type of ["keydown", "keypress", "keyup"]) {
  document.addEventListener(type, (event) => event.key === "Enter" && send(`capture ${type}`), true);
  document.addEventListener(type, (event) => event.key === "Enter" && send(type));
}
for (const type of ["pointerdown", "mousedown", "mouseup", "click"]) {
  document.getElementById("send").addEventListener(type, () => send(type));
}
