"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const tools = document.querySelector(".tools");
  const sheets = [...document.querySelectorAll(".sheet")].map((box) => ({
    box,
    head: box.querySelector("summary").textContent.toLowerCase(),
    rows: [...box.querySelectorAll(".row")].map((row) => ({ row, text: row.textContent.toLowerCase() })),
  }));
  const parts = [...document.querySelectorAll(".part")];
  const style = () => tools.querySelector("[name=style]:checked").value;

  // with one style chosen, a row counts only for what that style says
  const says = ({ row, text }, query, chosen) => {
    const part = chosen ? row.querySelector(`.cell.${chosen}`) : row;
    const words = chosen ? `${row.querySelector("h3").textContent} ${part.textContent}`.toLowerCase() : text;
    if (query && !words.includes(query)) return false;
    if (find("found").checked && !part.querySelector(".finding")) return false;
    return !find("long").checked || part.querySelector(".over") !== null;
  };

  const filter = () => {
    const query = find("query").value.trim().toLowerCase();
    const chosen = style();
    const narrow = Boolean(query) || find("found").checked || find("long").checked;
    if (chosen) document.body.dataset.style = chosen;
    else delete document.body.dataset.style;
    let hits = 0;
    let boxes = 0;
    for (const { box, head, rows } of sheets) {
      const named = query && head.includes(query);
      let shown = 0;
      for (const one of rows) {
        const keep = says(one, named ? "" : query, chosen);
        one.row.hidden = !keep;
        shown += keep;
      }
      box.hidden = shown === 0;
      if (narrow) box.open = shown > 0 && !(named && !find("found").checked && !find("long").checked);
      hits += shown;
      boxes += shown > 0;
    }
    for (const part of parts) part.hidden = !part.querySelector(".sheet:not([hidden])");
    document.querySelector(".nothing").hidden = hits > 0;
    find("hits").textContent = narrow ? `${boxes} 个脚本，${hits} 条` : "";
    label();
  };

  const label = () => {
    const shut = sheets.some(({ box }) => !box.hidden && !box.open);
    find("open").textContent = shut ? "全部展开" : "全部收起";
    return shut;
  };

  let timer = 0;
  find("query").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 120);
  });
  tools.addEventListener("change", filter);
  tools.addEventListener("submit", (event) => event.preventDefault());
  find("open").addEventListener("click", () => {
    const open = label();
    for (const { box } of sheets) box.open = open;
    label();
  });
  const jump = () => {
    const box = location.hash && find(decodeURIComponent(location.hash.slice(1)));
    if (box && box.matches(".sheet")) {
      box.open = true;
      box.scrollIntoView();
    }
  };
  addEventListener("hashchange", jump);
  // a list entry clicked a second time changes no address, yet must open its script
  for (const link of document.querySelectorAll("a[href^='#']")) link.addEventListener("click", () => setTimeout(jump));
  let before = [];
  addEventListener("beforeprint", () => {
    before = [...document.querySelectorAll("details:not([open])")];
    for (const box of before) box.open = true;
  });
  addEventListener("afterprint", () => {
    for (const box of before) box.open = false;
  });
  tools.hidden = false;
  jump();
})();
