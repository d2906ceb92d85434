// The bookmark: open the small window with the selected text, fill in what the agent chooses there, and no more.
(() => {
  const HOME = __HOME__, SIZE = "popup,width=380,height=640";
  __FILLING__
  const within = (view) => { // this page and its frames, as far as they are of one origin
    try {
      return [view.document, ...Array.from(view.frames).flatMap(within)];
    } catch {
      return [];
    }
  };
  const pages = () => within(window);
  const chosen = (page) => {
    const { activeElement: at } = page;
    const typed = at && typeof at.selectionStart === "number" ? at.value.slice(at.selectionStart, at.selectionEnd) : "";
    return typed || String(page.getSelection());
  };
  const target = () => {
    if (lastUsed()) return lastUsed();
    const all = pages().flatMap((page) => Array.from(page.querySelectorAll(EDITABLE)).map(field)).filter(usable);
    const big = [...new Set(all)].filter((node) => node.localName !== "input");
    return big.length === 1 ? big[0] : null; // several: better none than the wrong one
  };
  const state = window.miaohuiMark ??= { text: "", view: null, ready: false, pending: "" };
  const put = async (node, text) => {
    state.pending = "";
    state.view.postMessage({ miaohui: "filled", done: await fill(node, text) }, HOME);
  };
  const used = (event) => { // the field that somebody clicks into is the one that was missing
    notice(event.composedPath()[0]);
    const node = field(event.composedPath()[0]);
    if (node && state.pending) setTimeout(put, 0, node, state.pending);
  };
  const give = () => {
    state.view.postMessage({ miaohui: "take", text: state.text }, HOME);
    state.text = "";
  };
  state.text = pages().map(chosen).map((text) => text.trim()).find(Boolean) ?? "";
  if (!state.heard) {
    for (const page of pages()) {
      notice(page.activeElement);
      page.addEventListener("focusin", used, true);
    }
    window.addEventListener("message", ({ source, origin, data }) => {
      if (origin !== HOME || source !== state.view || !data) return;
      if (data.miaohui === "ready") state.ready = true;
      if (data.miaohui === "ready" && state.text) give();
      if (data.miaohui !== "fill" || typeof data.text !== "string") return;
      const node = target();
      if (node) return put(node, data.text);
      state.pending = data.text;
      state.view.postMessage({ miaohui: "where" }, HOME);
    });
    state.heard = true;
  }
  if (state.view && !state.view.closed && state.ready) {
    state.view.focus();
    if (state.text) give();
    return;
  }
  state.ready = false;
  state.view = window.open(`${HOME}/?mini=1__SHOP__`, "miaohui-mini", SIZE);
  if (!state.view) alert(__BLOCKED__);
})();
