export default {
  render({ model, el }) {
    const root = document.createElement("div");
    root.className = "cib";
    el.append(root);
    const known = new Map(), waiting = new Map();
    model.on("msg:custom", ({ network, details }) => waiting.get(network)?.(details));
    const details = (network) => {
      if (!known.has(network)) {
        known.set(network, new Promise((done) => waiting.set(network, done)));
        model.send({ network });
      }
      return known.get(network);
    };
    const select = (places) => { model.set("places", places); model.save_changes(); };
    cibExplorer.start(root, model.get("data"), { chips: true, details, select });
  },
};
