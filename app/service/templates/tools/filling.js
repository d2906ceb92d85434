// Find where an answer belongs and put it there the way a paste would. Nothing here clicks, presses a key or sends.
const EDITABLE = "textarea, input, [contenteditable]:not([contenteditable=false])";
const filled = new WeakMap(); // field → what it held after we filled it
const recent = { big: null, line: null }; // where somebody typed last: a box, and a one-line field such as a search

function field(node) { // the place to type that a node is or lies in, else null
  let found = node?.closest?.(EDITABLE) ?? null;
  if (found && "value" in found) return !found.disabled && !found.readOnly && /^text/.test(found.type) ? found : null;
  while (found?.parentElement?.isContentEditable) found = found.parentElement;
  return found?.isContentEditable ? found : null;
}

const usable = (node) => Boolean(node?.isConnected && node.getClientRects().length && field(node) === node);
const held = (node) => node.value ?? node.textContent;
const bare = (text) => text.replace(/[\s\u200b\ufeff]+/g, ""); // editors keep spaces and line ends their own way

function notice(node) {
  const found = field(node);
  if (found) recent[found.localName === "input" ? "line" : "big"] = found;
}

const lastUsed = () => [recent.big, recent.line].find(usable) ?? null;

function placeCaret(node, whole) { // all of it where we filled it before, else where the caret is, else the end
  if ("value" in node) return whole && node.select();
  const selection = node.ownerDocument.getSelection();
  if (whole) selection.selectAllChildren(node);
  else if (!node.contains(selection.anchorNode)) [selection.selectAllChildren(node), selection.collapseToEnd()];
}

function force(node, text) { // for a field that refuses the editing command
  if ("value" in node) {
    node.setRangeText(text, node.selectionStart, node.selectionEnd, "end");
    node.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, inputType: "insertText", data: text }));
    return;
  }
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  node.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, composed: true, clipboardData }));
}

async function fill(node, text) { // true where the field holds the text afterwards
  const words = node.localName === "textarea" ? text : text.replace(/\s*\n\s*/g, " ");
  const arrived = () => bare(held(node)).includes(bare(words));
  const settled = async () => arrived() || (await new Promise((resolve) => setTimeout(resolve, 80)), arrived());
  node.focus();
  placeCaret(node, filled.has(node) && filled.get(node) === held(node));
  node.ownerDocument.execCommand("insertText", false, words);
  if (!(await settled())) force(node, words);
  const done = await settled();
  if (done) filled.set(node, held(node));
  return done;
}
