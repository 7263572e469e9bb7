// What the page does: sorts the table, fills what is opened, follows links with the focus, and prepares for the printer.
"use strict";
(() => {
  const read = (name) => JSON.parse(document.getElementById(name).textContent);
  const find = (selector) => document.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ---- the table -------------------------------------------------------------------------------------------------
  const table = find("#cards");
  if (table) {
    const headings = [...table.tHead.rows[0].cells];
    const value = (row, column) => row.cells[column].dataset.value;
    const compare = (a, b) => (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
    headings.forEach((heading, column) => heading.querySelector("button")?.addEventListener("click", () => {
      const first = heading.classList.contains("number") ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = heading.getAttribute("aria-sort") === first ? other : first;
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => sign * compare(value(a, column), value(b, column)) || value(a, 0) - value(b, 0));
      table.tBodies[0].append(...rows);
    }));
  }

  // ---- what is opened gets its content, which stands in <noscript> till then -----------------------------------------
  const content = new DOMParser();
  let visible = null;
  function fill(details) {
    const waiting = details.querySelector(":scope > noscript");
    if (!waiting) return;
    waiting.replaceWith(...content.parseFromString(waiting.textContent, "text/html").body.childNodes);
    hide(details);
  }
  const hide = (within) => {
    for (const each of all("[data-network]", within)) each.hidden = Boolean(visible && !visible.has(each.dataset.network));
  };
  for (const details of all("details")) details.addEventListener("toggle", () => details.open && fill(details));

  function follow() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.tagName !== "DETAILS") return;
    fill(target);
    target.open = true;
    target.querySelector("summary").focus({ preventScroll: true });
    target.scrollIntoView();
  }
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => { // the same link again
    if (event.target.closest("a[href^='#']")?.hash === location.hash) follow();
  });
  follow();
  find("#open-all")?.addEventListener("click", (event) => {
    const networks = all("details.network:not([hidden])");
    const open = networks.some((network) => !network.open);
    for (const network of networks) { if (open) fill(network); network.open = open; }
    event.target.textContent = open ? "Close all" : "Open all";
  });

  // ---- the map ---------------------------------------------------------------------------------------------------
  const root = find("#explorer");
  if (!root) return; // no network, no map
  const known = new Map();
  const unpack = (name) => { // Base64 of a zlib stream of JSON
    const bytes = Uint8Array.from(atob(document.getElementById(name).textContent), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
  };
  const details = (network) => known.get(network) ?? known.set(network, unpack(`details-${network}`)).get(network);
  root.addEventListener("cib-filter", (event) => { visible = event.detail; hide(document); });
  const explorer = cibExplorer.start(root, read("data"), { bar: find("#bar"), details });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.account[data-place]");
    if (button) explorer.showAccount(Number(button.dataset.place));
  });
  window.cibReport = explorer;

  // ---- the printer: what is open keeps its evidence ------------------------------------------------------------------
  let undo = [];
  addEventListener("beforeprint", () => {
    for (const inner of all("details.network[open] details:not([open])")) {
      inner.open = true;
      undo.push(() => { inner.open = false; });
    }
    const added = explorer.container.querySelector(":scope > svg") ? [] : [[explorer.container, explorer.drawn()]];
    const opened = explorer.opened();
    if (opened) added.push([find("main"), opened.cloneNode(true)]);
    for (const [place, part] of added) {
      place.append(part);
      undo.push(() => part.remove());
    }
  });
  addEventListener("afterprint", () => {
    for (const back of undo) back();
    undo = [];
  });
})();
