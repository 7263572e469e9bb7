// The map of a detection, its filters, and the posts behind each dot and line: one component for the report and for
// notebooks. All text is set as text.
"use strict";
const cibExplorer = (() => {
  const plain = (name) => name.replaceAll("_", " ");
  const number = (value) => (value === null || value === undefined ? "not known"
    : value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(2) : Number(value.toPrecision(3)).toLocaleString("en"));
  const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
  const logistic = (x) => 1 / (1 + Math.exp(-x));
  const SVG = new Set(["svg", "g", "rect", "line", "text", "circle", "path"]);

  function make(tag, attributes = {}, ...children) {
    const element = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // root: where the map is drawn; bar: where the filters stand; details: what is known of a network's accounts and lines,
  // by its id, or a promise of it; select: is told the places of the accounts that were chosen
  function start(root, data, { bar = null, chips = false, details, select = () => {} }) {
    const css = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
    const networks = new Map(data.networks.map((network) => [network.network_id, network]));
    const places = new Map(data.networks.map((network) => [network.network_id, []]));
    data.members.forEach((member, place) => places.get(member.network_id).push(place));
    const edgesOf = data.members.map(() => []);
    data.edges.forEach(([a, b], k) => { edgesOf[a].push(k); edgesOf[b].push(k); });

    // ---- what was said -------------------------------------------------------------------------------------------
    const id = (text) => make("bdi", { class: "id" }, text ?? "");

    function permalink(post) {
      for (const [pattern, made] of data.permalinks) if (new RegExp(pattern).test(post)) return post.replace(new RegExp(pattern), made);
      return null;
    }

    function postId(post) {
      const address = permalink(post ?? "");
      return address ? make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, id(post)) : id(post);
    }

    function said(told, posts) {
      const found = new Set(posts.map((post) => told.said?.of_post[post]).filter((k) => k !== undefined));
      return [...found].map((k) => {
        const { text, urls, hashtags } = told.said.texts[k];
        const part = make("p", { class: "said" }, make("bdi", { dir: "auto" }, text ?? ""));
        const more = [...(urls ?? []).map((url) => ["id", url]), ...(hashtags ?? []).map((tag) => ["tag", `#${tag}`])];
        for (const [kind, each] of more) if (!text?.toLowerCase().includes(each.toLowerCase())) part.append(" ", make("bdi", { class: kind }, each));
        return part;
      });
    }

    // rows of cells, each with the ids of posts whose texts stand below it
    function tabled(told, headings, rows) {
      const body = make("tbody");
      for (const { cells, posts = [] } of rows) {
        body.append(make("tr", {}, ...cells.map((cell) => make("td", {}, cell ?? ""))));
        const words = said(told, posts);
        if (words.length) body.append(make("tr", {}, make("td", { colspan: headings.length, class: "words" }, ...words)));
      }
      const head = make("tr", {}, ...headings.map((heading) => make("th", { scope: "col" }, heading)));
      return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": headings.join(", ") }, make("table", {}, make("thead", {}, head), body));
    }

    // ---- scores --------------------------------------------------------------------------------------------------
    function sentence(feature, value, percentile) {
      if (value === null || percentile === null) return `${feature.label}: not known from these data.`;
      const rank = Math.min(Math.max(Math.round(percentile), 1), 99);
      return `${feature.label}: ${`${number(value)} ${feature.unit}`.trim()}, percentile ${rank}.`;
    }

    function reasons(told, role) {
      const [values, percentiles, added] = told.reasons[role.name];
      return role.features
        .map((feature, k) => ({ feature, added: added[k] ?? 0, text: sentence(feature, values[k], percentiles[k]) }))
        .sort((a, b) => Math.abs(b.added) - Math.abs(a.added));
    }

    // how a score adds up: from the middle of all accounts, feature by feature, to the account's own
    function waterfall(told, role) {
      const steps = reasons(told, role);
      const ends = [role.bias];
      for (const step of steps) ends.push(ends.at(-1) + step.added);
      const low = Math.min(...ends, 0), high = Math.max(...ends, 0);
      const x = (logit) => 190 + (330 * (logit - low)) / (high - low || 1);
      const chart = make("svg", { class: "waterfall", viewBox: `0 0 620 ${22 * (steps.length + 2) + 4}`, role: "img",
        "aria-label": `How the score ${plain(role.name)} adds up` });
      const draw = (k, name, from, to, kind, note) => {
        const y = 22 * k + 4;
        chart.append(
          make("text", { x: 182, y: y + 12, "text-anchor": "end", class: "strong" }, name),
          make("rect", { x: Math.min(x(from), x(to)), y, width: Math.max(Math.abs(x(to) - x(from)), 2), height: 16, class: kind }),
          make("line", { x1: x(to), x2: x(to), y1: y, y2: y + 38 }),
          make("text", { x: 532, y: y + 12 }, note));
      };
      draw(0, "an average account", role.bias, role.bias, "total", `score ${logistic(role.bias).toFixed(2)}`);
      steps.forEach((step, k) => draw(k + 1, plain(step.feature.name), ends[k], ends[k + 1], step.added < 0 ? "down" : "up",
        `${step.added < 0 ? "\u2212" : "+"}${Math.abs(step.added).toFixed(2)}`));
      draw(steps.length + 1, "this account", ends.at(-1), ends.at(-1), "total", `score ${logistic(ends.at(-1)).toFixed(2)}`);
      return chart;
    }

    // ---- one account, one line -----------------------------------------------------------------------------------
    const body = make("div", { class: "opened" });
    const close = make("button", { class: "close", "aria-label": "Close" }, "\u00d7");
    const dialog = make("dialog", { "aria-label": "Account or pair" }, make("form", { method: "dialog" }, close), body);
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

    function present(...parts) {
      body.replaceChildren(...parts);
      if (!dialog.open) dialog.showModal();
      dialog.scrollTop = 0;
    }

    const account = (place) => {
      const button = make("button", { class: "account" }, make("bdi", {}, data.members[place].account));
      button.addEventListener("click", () => showAccount(place));
      return button;
    };

    function networkLink(network) {
      const link = make("a", { href: `#${network}` }, network);
      link.addEventListener("click", (event) => {
        dialog.close();
        if (chips) { event.preventDefault(); choose(network); }
      });
      return link;
    }

    // the acts behind a line, and what they say
    function actsOf(told, k) {
      const [a, b] = data.edges[k], edge = told.edges[k];
      if (edge.layer === "retweet") {
        return [make("p", {}, account(a), " retweeted ", account(b), ` ${counted(edge.weight, "time")}${edge.acts.length < edge.weight ? `; the first ${edge.acts.length}` : ""}:`),
          tabled(told, ["retweet", "of post", "time (UTC)"], edge.acts.map((act) => ({
            cells: [postId(act.post), postId(act.target_post), act.time], posts: [act.post, act.target_post] })))];
      }
      return [make("p", {}, account(a), " and ", account(b), `: ${number(edge.weight)} times the same (${edge.layer}), ${number(edge.expected)} expected by chance, q ${number(edge.q)}. Those closest in time${edge.acts.length < edge.weight ? `, ${edge.acts.length} of ${edge.weight}` : ""}:`),
        tabled(told, ["on", "first", "its post", "time (UTC)", "second", "its post", "after"],
          edge.acts.map(([object, kind, postA, postB, timeA, timeB, lag, second]) => {
            const ends = [[a, postA, timeA], [b, postB, timeB]];
            const [x, y] = second === "a" ? ends.reverse() : ends;
            return { cells: [make("span", {}, `${kind} `, kind === "post" ? postId(object) : id(object)), id(data.members[x[0]].account), postId(x[1]), x[2], id(data.members[y[0]].account), postId(y[1]), second ? `${number(lag)} s` : "at once"],
              posts: [object, postA, postB] };
          }))];
    }

    async function showEdge(k) {
      const [a, b] = data.edges[k], network = data.members[a].network_id;
      select([a, b]);
      const told = await details(network);
      present(make("h2", {}, id(data.members[a].account), " and ", id(data.members[b].account)),
        make("p", {}, networkLink(network)), ...actsOf(told, k));
    }

    async function showAccount(place) {
      const member = data.members[place];
      select([place]);
      const told = await details(member.network_id), own = told.members[place];
      const parts = [make("h2", {}, id(member.account)),
        make("p", {}, networkLink(member.network_id), ` \u00b7 ${member.joined}: ${data.joined[member.joined] ?? ""} \u00b7 coordination ${member.coordination.toFixed(2)} \u00b7 role ${plain(member.role ?? "unknown")}`)];
      const posts = (title, headings, rows) => rows && parts.push(make("h3", {}, title), tabled(told, headings, rows));
      if (edgesOf[place].length) parts.push(make("h3", {}, "Its lines on the map, and the posts behind them"));
      edgesOf[place].forEach((k, nth) => {
        const [a, b] = data.edges[k], edge = told.edges[k];
        const entry = make("details", { class: "pair" }, make("summary", {}, "With ", id(data.members[a === place ? b : a].account), edge.layer === "retweet" ? `: ${counted(edge.weight, "retweet")}` : `: ${number(edge.weight)} times the same (${edge.layer})`));
        const fill = () => entry.childElementCount === 1 && entry.append(...actsOf(told, k));
        entry.addEventListener("toggle", fill);
        if (nth === 0) { entry.open = true; fill(); }
        parts.push(entry);
      });
      posts("Its own acts on what its network shares", ["on", "its post", "time (UTC)", "members on it", "other accounts"], own.own?.map((act) => ({
        cells: [make("span", {}, `${act.kind} `, id(act.object)), postId(act.post), act.time, number(act.members), number(act.others + 1 - act.members)], posts: [act.post] })));
      posts("Its posts with a text or link of others", ["of", "its post", "time (UTC)", "other members with it", "other accounts"], own.copied?.map((act) => ({
        cells: [make("span", {}, `${act.kind} `, id(act.object)), postId(act.post), act.time, number(act.members), number(act.others - act.members)], posts: [act.post] })));
      posts("Its acts aimed at members", ["account", "its post", "time (UTC)"], own.aimed_at?.map((p) => ({ cells: [id(p.account), postId(p.post), p.time], posts: [p.post] })));
      posts("Members that boosted it", ["account", "its post", "time (UTC)"], own.boosted_by?.map((p) => ({ cells: [id(p.account), postId(p.post), p.time], posts: [p.post] })));
      for (const role of data.roles) {
        const list = make("ul", { class: "quiet" }, ...reasons(own, role).map((step) => make("li", {}, step.text)));
        parts.push(make("h3", {}, `${plain(role.name)}: ${member[role.name]?.toFixed(2) ?? "not scored"}`), make("div", { class: "scroll" }, waterfall(own, role)), list);
      }
      posts("Its posts most retweeted", ["post", "retweets", "by accounts", "first (UTC)"], own.most_retweeted?.map((p) => ({ cells: [postId(p.post), number(p.retweets), number(p.accounts), p.time], posts: [p.post] })));
      posts("Its retweets that came soonest", ["retweet", "of post", "time (UTC)", "after"], own.soonest?.map((p) => ({ cells: [postId(p.post), postId(p.target_post), p.time, `${number(p.lag)} s`], posts: [p.post] })));
      present(...parts);
    }

    // ---- filters -------------------------------------------------------------------------------------------------
    const bins = data.bins;
    const shown = { verdict: "", from: 0, to: bins.count - 1 };
    let visible = new Set(networks.keys());
    const status = make("output", { class: "quiet" });
    const results = make("ul", { class: "results" });
    const day = (bin) => new Date(Date.parse(`${bins.first.replace(" ", "T")}:00Z`) + bin * bins.hours * 3.6e6).toISOString().slice(0, bins.hours < 24 ? 16 : 10).replace("T", " ");

    const verdicts = make("select", {}, make("option", { value: "" }, "all verdicts"),
      ...[...new Set(data.networks.map((network) => network.verdict))].map((verdict) => make("option", {}, verdict)));
    verdicts.addEventListener("change", () => { shown.verdict = verdicts.value; filter(); });
    const brush = ["from", "to"].map((end) => {
      const range = make("input", { type: "range", min: 0, max: bins.count - 1, value: shown[end], "aria-label": `Active ${end}` });
      range.addEventListener("input", () => { shown[end] = Number(range.value); filter(); });
      return range;
    });
    const span = make("span", { class: "quiet span" });
    const search = make("input", { type: "search", placeholder: "N1 or an account", autocomplete: "off" });
    search.addEventListener("input", () => find());
    const controls = make("div", { class: "controls" }, make("label", {}, "Verdict ", verdicts), make("label", {}, "Find ", search));
    if (bins.count > 1) controls.append(make("span", { class: "brush" }, make("span", {}, "Active"), ...brush, span));
    controls.append(status);
    (bar ?? root).append(controls, results);

    function active(network) {
      return shown.from === 0 && shown.to === bins.count - 1
        || Boolean(network.timeline?.slice(shown.from, shown.to + 1).some((count) => count > 0));
    }

    function filter() {
      if (shown.from > shown.to) {
        shown.from = shown.to = Math.min(shown.from, shown.to);
        brush[0].value = brush[1].value = shown.from;
      }
      visible = new Set(data.networks.filter((network) => (!shown.verdict || network.verdict === shown.verdict) && active(network)).map((network) => network.network_id));
      span.textContent = `${day(shown.from)} to ${day(shown.to)}`;
      find();
      root.dispatchEvent(new CustomEvent("cib-filter", { detail: visible }));
    }

    const chipList = make("p", { class: "chips" });
    if (chips) {
      for (const network of data.networks) {
        const chip = make("button", { class: `chip ${network.verdict}`, "data-network": network.network_id }, network.network_id);
        chip.addEventListener("click", () => choose(network.network_id));
        chipList.append(chip);
      }
      root.append(chipList);
    }

    function choose(network) {
      search.value = network;
      find();
      select(places.get(network));
    }

    // ---- search: what it found stands below it ---------------------------------------------------------------------
    let wanted = null;
    function find() {
      const text = search.value.trim().toLowerCase();
      const network = networks.get(text.toUpperCase());
      const seen = (member) => visible.has(member.network_id);
      const hits = !text ? [] : network ? places.get(network.network_id).filter((place) => seen(data.members[place]))
        : data.members.flatMap((member, place) => (seen(member) && member.account.toLowerCase().includes(text) ? [place] : []));
      const all = visible.size === networks.size;
      wanted = text ? new Set(hits) : all ? null : new Set(data.members.flatMap((member, place) => (seen(member) ? [place] : [])));
      const within = [...new Set(hits.map((place) => data.members[place].network_id))];
      status.textContent = !text ? (all ? "" : `${counted(visible.size, "network")} of ${networks.size}`)
        : !hits.length ? `Nothing called \u201c${text}\u201d among the accounts and networks that are shown.`
        : network ? `${network.network_id}: ${counted(hits.length, "account")}, ${network.verdict}`
        : `${counted(hits.length, "account")} in ${within.slice(0, 6).join(", ")}${within.length > 6 ? ` and ${within.length - 6} more` : ""}`;
      const links = text && hits.length ? within.slice(0, 3).map((each) => make("li", {}, networkLink(each))) : [];
      results.replaceChildren(...links, ...(text ? hits.slice(0, 12) : []).map((place) => make("li", {}, account(place))));
      for (const chip of chipList.children) {
        chip.hidden = !visible.has(chip.dataset.network);
        chip.setAttribute("aria-pressed", String(network?.network_id === chip.dataset.network));
      }
      map.refresh();
      hits.length ? map.look(hits) : map.all();
    }

    // ---- the map -------------------------------------------------------------------------------------------------
    const hint = make("div", { class: "hint", role: "tooltip", hidden: "" });
    const container = make("div", { class: "map", tabindex: 0, role: "application",
      "aria-label": "Map of accounts. N and P go to the next and the previous account, Enter opens its posts, arrow keys move, plus and minus zoom, 0 shows all." });
    const colouring = make("select", {}, ...[["role", "role"], ["verdict", "verdict"], ["network_id", "network"]].map(([value, text]) => make("option", { value }, text)));
    const legend = make("span", { class: "legend" });
    root.append(container, make("p", { class: "controls" }, make("label", {}, "Colour by ", colouring), legend), dialog, hint);

    const wheel = (network) => `hsl(${(Number(network.slice(1)) * 137.5) % 360} 55% 52%)`;
    const shade = (key) => css(key) || wheel(`N${2 + data.roles.findIndex((role) => role.name === key)}`); // a role of the user's own
    const hex = (colour) => { // WebGL takes no hsl()
      const context = document.createElement("canvas").getContext("2d");
      context.fillStyle = colour;
      return context.fillStyle;
    };
    const boosted = (member) => member.joined === "boosted"; // and no member
    const group = {
      role: (member) => boosted(member) ? "boosted" : member.role ?? "peripheral",
      verdict: (member) => boosted(member) ? "boosted" : networks.get(member.network_id).verdict,
      network_id: (member) => member.network_id,
    };
    let by = "role", focus = null, colours = {};
    const colour = (member) => {
      const key = group[by](member);
      return (colours[key] ??= hex(by === "network_id" ? wheel(key) : shade(key)));
    };
    const lit = (place) => !wanted || wanted.has(place);
    const unit = Math.min(1, 40 / Math.sqrt(data.members.length)); // dots that fill the map, but not each other
    const size = (member) => unit * (group.role(member) === "highly_engaged" ? 5 : 3);
    // the account nearest to the middle of each network bears its name
    const named = new Map([...places].filter(([, mine]) => mine.length).map(([network, mine]) => {
      const [x, y] = [0, 1].map((axis) => mine.reduce((sum, place) => sum + data.places[place][axis], 0) / mine.length);
      const off = (place) => Math.hypot(data.places[place][0] - x, data.places[place][1] - y);
      return [network, mine.reduce((best, place) => (off(place) < off(best) ? place : best))];
    }));

    function drawLegend() {
      const keys = by === "network_id" ? [] : [...new Set(data.members.map(group[by]))].sort();
      legend.replaceChildren(...(keys.length ? keys : ["a colour for each network"]).map((key) => {
        const dot = make("span", { class: "dot" });
        if (keys.length) dot.style.background = shade(key);
        return make("span", {}, ...(keys.length ? [dot] : []), plain(key));
      }));
    }

    function tell(place, x, y) {
      const member = data.members[place];
      hint.replaceChildren(make("b", {}, id(member.account)), make("br"),
        `${member.network_id}, ${plain(member.role ?? "role unknown")}, coordination ${member.coordination.toFixed(2)}`);
      const more = Promise.resolve(details(member.network_id)).then((told) => {
        const role = data.roles.find((each) => each.name === member.role) ?? data.roles[0];
        if (focus === place) hint.append(make("ul", {}, ...reasons(told.members[place], role).slice(0, 2).map((step) => make("li", {}, step.text))), "Click for the posts.");
      });
      hint.hidden = false;
      hint.style.left = `${Math.min(x + 14, innerWidth - hint.offsetWidth - 8)}px`;
      hint.style.top = `${Math.min(y + 14, innerHeight - hint.offsetHeight - 8)}px`;
      return more;
    }

    // the same picture without WebGL, and for the printer
    function drawn() {
      const xs = data.places.map((place) => place[0]), ys = data.places.map((place) => -place[1]);
      const left = Math.min(...xs) - 2, top = Math.min(...ys) - 2;
      const chart = make("svg", { viewBox: `${left} ${top} ${Math.max(...xs) - left + 2} ${Math.max(...ys) - top + 2}`, role: "img", "aria-label": "Map of accounts" });
      const lines = data.edges.map(([a, b]) => (lit(a) && lit(b) ? `M${xs[a]} ${ys[a]}L${xs[b]} ${ys[b]}` : "")).join("");
      chart.append(make("path", { d: lines, stroke: css("edge"), "stroke-width": 0.08, fill: "none" }));
      data.members.forEach((member, place) => {
        const dot = make("circle", { cx: xs[place], cy: ys[place], r: size(member) / unit / 9, fill: lit(place) ? colour(member) : css("line") });
        dot.addEventListener("click", () => showAccount(place));
        dot.addEventListener("mousemove", (event) => { focus = place; tell(place, event.clientX, event.clientY); });
        dot.addEventListener("mouseleave", () => { focus = null; hint.hidden = true; });
        chart.append(dot);
      });
      for (const place of named.values()) chart.append(make("text", { x: xs[place], y: ys[place] }, data.members[place].network_id));
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
        labelFont: "system-ui, sans-serif", labelWeight: "600", labelRenderedSizeThreshold: 0, labelDensity: 1, labelGridCellSize: 60,
        zIndex: true, minEdgeThickness: 0.6, defaultDrawNodeHover: () => {}, allowInvalidContainer: true,
        nodeReducer: (node, attributes) => {
          const place = Number(node);
          const bright = lit(place) && (focus === null || place === focus || graph.areNeighbors(node, focus));
          return { ...attributes, color: bright ? colour(data.members[node]) : css("line"), zIndex: bright ? 1 : 0, size: attributes.size * (place === focus ? 1.6 : 1) };
        },
        edgeReducer: (edge, attributes) => ({ ...attributes, size: 0.5, color: css("edge"),
          hidden: focus !== null ? !graph.hasExtremity(edge, focus) : !graph.extremities(edge).every((node) => lit(Number(node))) }),
      });
      const paint = () => sigma.setSetting("labelColor", { color: css("ink") });
      paint();
      const refresh = () => sigma.refresh({ skipIndexation: true });
      sigma.on("enterNode", ({ node, event }) => { focus = Number(node); tell(focus, event.original.clientX, event.original.clientY); refresh(); });
      sigma.on("leaveNode", () => { focus = null; hint.hidden = true; refresh(); });
      sigma.on("clickNode", ({ node }) => { hint.hidden = true; showAccount(Number(node)); });
      // lines are thin: the nearest within a few pixels is meant
      sigma.on("clickStage", ({ event }) => {
        const at = data.places.map(([x, y]) => sigma.graphToViewport({ x, y }));
        let nearest = null, least = 6;
        data.edges.forEach(([a, b], k) => {
          const away = distance(event, at[a], at[b]);
          if (away < least && lit(a) && lit(b)) [nearest, least] = [k, away];
        });
        if (nearest !== null) showEdge(nearest);
      });
      const camera = sigma.getCamera();
      const step = (by) => {
        const seen = data.members.map((_, place) => place).filter(lit);
        if (!seen.length) return;
        const now = seen.indexOf(focus);
        focus = seen[now < 0 ? 0 : (now + by + seen.length) % seen.length];
        refresh();
        const { x, y } = sigma.graphToViewport({ x: data.places[focus][0], y: data.places[focus][1] });
        const box = container.getBoundingClientRect();
        tell(focus, box.left + x, box.top + y);
        status.textContent = `${data.members[focus].account}, ${data.members[focus].network_id}`;
      };
      container.addEventListener("keydown", (event) => {
        const { x, y, ratio } = camera.getState();
        const far = 0.15 * ratio;
        const moves = { ArrowLeft: { x: x - far }, ArrowRight: { x: x + far }, ArrowUp: { y: y + far }, ArrowDown: { y: y - far },
          "+": { ratio: ratio / 1.4 }, "-": { ratio: ratio * 1.4 }, 0: { x: 0.5, y: 0.5, ratio: 1 } };
        if (moves[event.key]) camera.animate(moves[event.key], { duration: 150 });
        else if (event.key === "n" || event.key === "p") step(event.key === "n" ? 1 : -1);
        else if (event.key === "Enter" && focus !== null) { hint.hidden = true; showAccount(focus); }
        else return;
        event.preventDefault();
      });
      container.addEventListener("blur", () => { focus = null; hint.hidden = true; refresh(); });
      const look = (some) => {
        const points = some.map((place) => sigma.getNodeDisplayData(place));
        const middle = (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
        camera.animate({ x: middle("x"), y: middle("y"), ratio: 0.25 }, { duration: 300 });
      };
      const onScreen = (place) => sigma.graphToViewport({ x: data.places[place][0], y: data.places[place][1] });
      return { refresh: () => { paint(); refresh(); }, look, onScreen, all: () => camera.animate({ x: 0.5, y: 0.5, ratio: 1 }, { duration: 300 }) };
    }

    function distance(point, a, b) {
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const along = Math.max(0, Math.min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / (dx * dx + dy * dy || 1)));
      return Math.hypot(point.x - a.x - along * dx, point.y - a.y - along * dy);
    }

    function drawWithoutGL() {
      container.replaceChildren(drawn());
      return { ...later, refresh: () => container.replaceChildren(drawn()) };
    }

    // drawn when it comes into view: that takes longer than all else on a page
    const later = { refresh: () => {}, look: () => {}, all: () => {}, onScreen: () => null };
    let map = later;
    function draw() {
      if (map !== later) return;
      coming.disconnect();
      const context = document.createElement("canvas").getContext("webgl2");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
      map = context ? drawWithGL() : drawWithoutGL();
    }
    const coming = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && draw(), { rootMargin: "200px" });
    coming.observe(container);
    const repaint = () => { colours = {}; drawLegend(); map.refresh(); };
    drawLegend();
    span.textContent = `${day(0)} to ${day(bins.count - 1)}`;
    colouring.addEventListener("change", () => { by = colouring.value; repaint(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    return { showAccount, showEdge, choose, drawn, container, opened: () => (dialog.open ? body : null), onScreen: (place) => map.onScreen(place) };
  }

  return { start, make };
})();
