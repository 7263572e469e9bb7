// What the page does with its data: sorts the table, draws the map, opens an account. All text is set as text.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector) => document.querySelector(selector);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const plain = (name) => name.replaceAll("_", " ");
  const number = (value) => (value === null ? "not known" : Number(value.toPrecision(3)).toLocaleString("en"));

  function make(tag, attributes = {}, ...children) {
    const svg = ["svg", "g", "rect", "line", "text", "circle", "path"].includes(tag);
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

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
    find("#filter").addEventListener("change", (event) => {
      for (const row of table.tBodies[0].rows) row.hidden = event.target.value && row.dataset.verdict !== event.target.value;
    });
  }

  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  document.addEventListener("click", (event) => { // the same link again
    if (event.target.closest("a[href^='#']")?.hash === location.hash) open();
  });
  open();

  // ---- one account -----------------------------------------------------------------------------------------------
  const dialog = find("#account");
  const id = (text) => make("bdi", { class: "id" }, text ?? "");
  const logistic = (x) => 1 / (1 + Math.exp(-x));

  function tabled(headings, rows) {
    const body = make("tbody");
    for (const row of rows) body.append(make("tr", {}, ...row.map((cell) => make("td", {}, cell ?? ""))));
    const head = make("tr", {}, ...headings.map((heading) => make("th", {}, heading)));
    return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), body));
  }

  function sentence(feature, value, percentile) {
    if (value === null || percentile === null) return `${feature.label}: not known from these data.`;
    const rank = Math.min(Math.max(Math.round(percentile), 1), 99);
    return `${feature.label}: ${`${number(value)} ${feature.unit}`.trim()}, percentile ${rank}.`;
  }

  function reasons(member, role) {
    const [values, percentiles, added] = member.reasons[role.name];
    return role.features
      .map((feature, k) => ({ feature, added: added[k] ?? 0, text: sentence(feature, values[k], percentiles[k]) }))
      .sort((a, b) => Math.abs(b.added) - Math.abs(a.added));
  }

  // how a score adds up: from the middle of all accounts, feature by feature, to the account's own
  function waterfall(member, role) {
    const steps = reasons(member, role);
    const ends = [role.bias];
    for (const step of steps) ends.push(ends.at(-1) + step.added);
    const low = Math.min(...ends, 0), high = Math.max(...ends, 0);
    const x = (logit) => 190 + (330 * (logit - low)) / (high - low || 1);
    const chart = make("svg", { class: "waterfall", viewBox: `0 0 620 ${22 * (steps.length + 2) + 4}`, role: "img",
      "aria-label": `How the score ${plain(role.name)} adds up` });
    const bar = (k, name, from, to, kind, note) => {
      const y = 22 * k + 4;
      chart.append(
        make("text", { x: 182, y: y + 12, "text-anchor": "end", class: "strong" }, name),
        make("rect", { x: Math.min(x(from), x(to)), y, width: Math.max(Math.abs(x(to) - x(from)), 2), height: 16, class: kind }),
        make("line", { x1: x(to), x2: x(to), y1: y, y2: y + 38 }),
        make("text", { x: 532, y: y + 12 }, note));
    };
    bar(0, "an average account", role.bias, role.bias, "total", `score ${logistic(role.bias).toFixed(2)}`);
    steps.forEach((step, k) => bar(k + 1, plain(step.feature.name), ends[k], ends[k + 1], step.added < 0 ? "down" : "up",
      `${step.added < 0 ? "\u2212" : "+"}${Math.abs(step.added).toFixed(2)}`));
    bar(steps.length + 1, "this account", ends.at(-1), ends.at(-1), "total", `score ${logistic(ends.at(-1)).toFixed(2)}`);
    return chart;
  }

  function show(place) {
    const member = data.members[place];
    const body = find("#account-body");
    const network = make("a", { href: `#${member.network_id}` }, member.network_id);
    network.addEventListener("click", () => dialog.close());
    const why = `${member.joined}: ${data.joined[member.joined] ?? ""}`;
    body.replaceChildren(
      make("h2", { id: "account-title" }, id(member.account)),
      make("p", {}, network, ` \u00b7 ${why} \u00b7 coordination ${member.coordination.toFixed(2)} \u00b7 role ${plain(member.role ?? "unknown")}`));
    const pair = member.pair;
    if (pair) {
      const partner = pair.a === member.account ? pair.b : pair.a;
      body.append(make("h3", {}, "Its strongest pair"),
        make("p", {}, "With ", id(partner), `: ${number(pair.weight)} times the same (${pair.layer}), ${number(pair.expected)} expected by chance. Those closest in time:`),
        tabled(["on", "its post", "the other's post", "time (UTC)", "first", "after"], pair.acts.map((act) => {
          const [its, other] = pair.a === member.account ? ["a", "b"] : ["b", "a"];
          const first = act.second === its ? other : its;
          return [id(act.object), id(act[`post_${its}`]), id(act[`post_${other}`]), act[`time_${first}`], act.second ? (first === its ? "it" : "the other") : "both", act.second ? `${number(act.lag)} s` : "at once"];
        })));
    }
    if (member.own) body.append(make("h3", {}, "Its own acts on what its network shares"),
      tabled(["on", "its post", "time (UTC)", "members on it", "other accounts"], member.own.map((act) => [
        make("span", {}, `${act.kind} `, id(act.object)), id(act.post), act.time, number(act.members), number(act.others + 1 - act.members)])));
    const posts = (title, headings, rows) => rows && body.append(make("h3", {}, title), tabled(headings, rows));
    posts("Its acts aimed at members", ["account", "its post", "time (UTC)"], member.aimed_at?.map((p) => [id(p.account), id(p.post), p.time]));
    posts("Members that boosted it", ["account", "its post", "time (UTC)"], member.boosted_by?.map((p) => [id(p.account), id(p.post), p.time]));
    for (const role of data.roles) {
      const list = make("ul", { class: "quiet" }, ...reasons(member, role).map((step) => make("li", {}, step.text)));
      body.append(make("h3", {}, `${plain(role.name)}: ${member[role.name]?.toFixed(2) ?? "not scored"}`), make("div", { class: "scroll" }, waterfall(member, role)), list);
    }
    posts("Its posts most retweeted", ["post", "retweets", "by accounts", "first (UTC)"], member.most_retweeted?.map((p) => [id(p.post), number(p.retweets), number(p.accounts), p.time]));
    posts("Its retweets that came soonest", ["retweet", "of post", "time (UTC)", "after"], member.soonest?.map((p) => [id(p.post), id(p.target_post), p.time, `${number(p.lag)} s`]));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.account");
    if (button) show(Number(button.dataset.place));
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  // ---- the map ---------------------------------------------------------------------------------------------------
  const container = find("#graph");
  if (!container) return; // no network, no map
  const hint = find("#hint");
  const verdict = Object.fromEntries(data.networks.map((network) => [network.network_id, network.verdict]));
  const wheel = (network) => `hsl(${(Number(network.slice(1)) * 137.5) % 360} 55% 52%)`;
  const hex = (colour) => { // WebGL takes no hsl()
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = colour;
    return context.fillStyle;
  };
  // the account of each network that bears its name on the map
  const named = new Map(data.members.map((member, place) => [member.network_id, place]).reverse());
  const group = {
    role: (member) => member.role ?? "peripheral",
    verdict: (member) => verdict[member.network_id],
    network_id: (member) => member.network_id,
  };
  let by = "role", wanted = null, focus = null;
  let colours = {};
  const colourOf = (member) => {
    const key = group[by](member);
    return (colours[key] ??= hex(by === "network_id" ? wheel(key) : css(key)));
  };
  const unit = Math.min(1, 40 / Math.sqrt(data.members.length)); // dots that fill the map, but not each other
  const size = (member) => unit * (member.joined === "boosted" || member.role === "highly_engaged" ? 5 : 3);

  function legend() {
    const keys = by === "network_id" ? [] : [...new Set(data.members.map(group[by]))].sort();
    find("#legend").replaceChildren(...(keys.length ? keys : ["a colour for each network"]).map((key) => {
      const dot = make("span", { class: "dot" });
      if (keys.length) dot.style.background = css(key);
      return make("span", {}, ...(keys.length ? [dot] : []), plain(key));
    }));
  }

  function tell(place, x, y) {
    const member = data.members[place];
    const role = data.roles.find((each) => each.name === member.role) ?? data.roles[0];
    hint.replaceChildren(
      make("b", {}, id(member.account)), make("br"),
      `${member.network_id}, ${plain(member.role ?? "role unknown")}, coordination ${member.coordination.toFixed(2)}`,
      make("ul", {}, ...reasons(member, role).slice(0, 2).map((step) => make("li", {}, step.text))), "Click for the posts.");
    hint.hidden = false;
    hint.style.left = `${Math.min(x + 14, innerWidth - hint.offsetWidth - 8)}px`;
    hint.style.top = `${Math.min(y + 14, innerHeight - hint.offsetHeight - 8)}px`;
  }

  // the same picture without WebGL, and for the printer
  function drawn() {
    const xs = data.places.map((place) => place[0]), ys = data.places.map((place) => -place[1]);
    const left = Math.min(...xs) - 2, top = Math.min(...ys) - 2;
    const chart = make("svg", { viewBox: `${left} ${top} ${Math.max(...xs) - left + 2} ${Math.max(...ys) - top + 2}`, role: "img", "aria-label": "Map of accounts" });
    const lines = data.edges.map(([a, b]) => `M${xs[a]} ${ys[a]}L${xs[b]} ${ys[b]}`).join("");
    chart.append(make("path", { d: lines, stroke: css("edge"), "stroke-width": 0.08, fill: "none" }));
    data.members.forEach((member, place) => {
      const dot = make("circle", { cx: xs[place], cy: ys[place], r: size(member) / unit / 9, fill: colourOf(member) });
      dot.addEventListener("click", () => show(place));
      dot.addEventListener("mousemove", (event) => tell(place, event.clientX, event.clientY));
      dot.addEventListener("mouseleave", () => { hint.hidden = true; });
      chart.append(dot);
    });
    for (const place of named.values()) chart.append(make("text", { x: xs[place] + 0.6, y: ys[place] + 0.6 }, data.members[place].network_id));
    return chart;
  }

  function drawWithGL() {
    const { Graph, Sigma } = cibGraph;
    const graph = new Graph({ multi: false, type: "undirected" });
    data.members.forEach((member, place) => {
      const label = named.get(member.network_id) === place ? member.network_id : null;
      graph.addNode(place, { x: data.places[place][0], y: data.places[place][1], size: size(member), label });
    });
    for (const [a, b] of data.edges) graph.mergeEdge(a, b);
    const sigma = new Sigma(graph, container, {
      labelFont: "system-ui, sans-serif", labelWeight: "600", labelRenderedSizeThreshold: 0, labelDensity: 0.4,
      zIndex: true, minEdgeThickness: 0.6, defaultDrawNodeHover: () => {}, allowInvalidContainer: true,
      nodeReducer: (node, attributes) => {
        const member = data.members[node];
        const lit = (!wanted || wanted.has(Number(node))) && (focus === null || node === focus || graph.areNeighbors(node, focus));
        return { ...attributes, color: lit ? colourOf(member) : css("line"), zIndex: lit ? 1 : 0, size: attributes.size * (node === focus ? 1.6 : 1) };
      },
      edgeReducer: (edge, attributes) => ({ ...attributes, size: 0.5, color: css("edge"), hidden: focus !== null && !graph.hasExtremity(edge, focus) }),
    });
    const paint = () => sigma.setSetting("labelColor", { color: css("ink") });
    paint();
    const refresh = () => sigma.refresh({ skipIndexation: true });
    const pointer = (event) => tell(focus, event.original.clientX, event.original.clientY);
    sigma.on("enterNode", ({ node, event }) => { focus = node; pointer(event); refresh(); });
    sigma.on("leaveNode", () => { focus = null; hint.hidden = true; refresh(); });
    sigma.on("clickNode", ({ node }) => { hint.hidden = true; show(Number(node)); });
    const camera = sigma.getCamera();
    container.addEventListener("keydown", (event) => {
      const { x, y, ratio } = camera.getState();
      const step = 0.15 * ratio;
      const moves = { ArrowLeft: { x: x - step }, ArrowRight: { x: x + step }, ArrowUp: { y: y + step }, ArrowDown: { y: y - step },
        "+": { ratio: ratio / 1.4 }, "-": { ratio: ratio * 1.4 }, 0: { x: 0.5, y: 0.5, ratio: 1 } };
      if (!moves[event.key]) return;
      event.preventDefault();
      camera.animate(moves[event.key], { duration: 150 });
    });
    const look = (places) => {
      const points = places.map((place) => sigma.getNodeDisplayData(place));
      const middle = (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
      camera.animate({ x: middle("x"), y: middle("y"), ratio: 0.25 }, { duration: 300 });
    };
    return { refresh: () => { paint(); refresh(); }, look, all: () => camera.animate({ x: 0.5, y: 0.5, ratio: 1 }, { duration: 300 }) };
  }

  function drawWithoutGL() {
    container.replaceChildren(drawn());
    const dots = container.querySelectorAll("circle");
    return {
      refresh: () => dots.forEach((dot, place) => dot.setAttribute("fill", !wanted || wanted.has(place) ? colourOf(data.members[place]) : css("line"))),
      look: () => {}, all: () => {},
    };
  }

  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  const map = context ? drawWithGL() : drawWithoutGL();
  legend();
  find("#colour").addEventListener("change", (event) => {
    by = event.target.value;
    colours = {};
    legend();
    map.refresh();
  });
  find("#find").addEventListener("input", (event) => {
    const text = event.target.value.trim().toLowerCase();
    const hit = text.toUpperCase() in verdict
      ? (member) => member.network_id === text.toUpperCase() : (member) => member.account.toLowerCase().includes(text);
    const places = text ? data.members.flatMap((member, place) => (hit(member) ? [place] : [])) : [];
    wanted = text ? new Set(places) : null;
    find("#found").textContent = text ? `${places.length} account${places.length === 1 ? "" : "s"}` : "";
    map.refresh();
    places.length ? map.look(places) : map.all();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colours = {};
    legend();
    map.refresh();
  });
  let printed = null;
  addEventListener("beforeprint", () => {
    if (context) container.append((printed = drawn()));
  });
  addEventListener("afterprint", () => printed?.remove());
})();
