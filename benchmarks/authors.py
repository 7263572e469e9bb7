"""Compare presets with the authors' own code on the same events: `python benchmarks/authors.py --d3lta FOLDER ...`.

Each folder is a checkout of a public repository; nothing of it is copied here:

    --osprey        skywatch-bsky/osprey-sidecars                 dismantling of a similarity network
    --null-model    manitapote/null-model-coord                   similarity of shuffled values
    --hccs          weberdc/find_hccs                             latent network and focal structures (FSA_V)
    --d3lta         VIGINUM-FR/D3lta                              copied, reworded and translated texts
    --multimodal    lmannocci/Multimodal-Coordinated-Behavior     only its community detection: uunet.multinet

Requirements: `pip install igraph python-louvain faiss-cpu==1.9.0.post1 gensim polyleven tqdm requests pandas uunet`.
Imports of D3lta that the comparison does not use (TensorFlow, fastText) are replaced by mocks: vectors and languages
are passed as arguments.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import polars as pl

import cib
from cib.content.vectors import SCALE, unit_vectors
from cib.graphs.incidence import Incidence
from cib.graphs.objects import object_events
from cib.presets.cinus import QUANTILES, dismantle
from cib.presets.cosine import cosine_edges
from cib.presets.mannocci import mannocci2025, multiplex_clusters
from cib.presets.pote import _products, _unit_rows
from cib.presets.viginum import d3lta_pairs
from cib.presets.weber import focal_structures, weber2021

MEANING = Path(__file__).resolve().parents[1] / "tests" / "content" / "data" / "meaning.tsv"


def imported(folder: Path, name: str) -> ModuleType:
    sys.path.insert(0, str(folder))
    return importlib.import_module(name)


def row(what: str, theirs: object, ours: object, same: object) -> None:
    print(f"| {what} | {theirs} | {ours} | {same} |")


def osprey(folder: Path, activity: cib.Activity) -> None:
    """Compare grid, knee and core of the same similarity network."""
    theirs = imported(folder / "url_cosharing" / "src", "url_cosharing.dismantling")
    import igraph

    incidence = Incidence.from_events(activity, object_events(activity, "post")).shared_by_at_most(200)
    edges = cosine_edges(incidence, smooth=False).filter(pl.col("weight") >= 0.05)
    ends = np.stack([edges["source"].to_numpy(), edges["target"].to_numpy()])
    accounts, codes = np.unique(ends, return_inverse=True)
    graph = igraph.Graph(n=len(accounts), edges=codes.reshape(2, -1).T.tolist())
    graph.vs["name"] = accounts.tolist()
    graph.es["similarity"] = edges["weight"].to_list()
    for floor, share in ((0.5, 0.05), (0.2, 0.3), (0.9, 0.05)):
        found = theirs.dismantle(graph, QUANTILES, QUANTILES, floor, share, 750, 3)
        kept, _, chosen = dismantle(edges, min_density=floor, max_flagged=share)
        names = found.core.vs["name"] if found.knee_found else []
        core = {tuple(sorted((names[edge.source], names[edge.target]))) for edge in found.core.es}
        mine = {tuple(sorted(pair)) for pair in ends[:, kept].T.tolist()}
        chosen_by_them = (found.edge_quantile or None, found.centrality_quantile or None)
        row(
            f"dismantling, density {floor}",
            f"{chosen_by_them}, {len(core)} edges",
            f"{chosen}, {len(mine)}",
            core == mine,
        )


def null_model(folder: Path, activity: cib.Activity) -> None:
    """Compare the similarity of shuffled values, pair by pair."""
    theirs = imported(folder, "null_model.pipeline")
    incidence = Incidence.from_events(activity, object_events(activity, "hashtag"))
    account = np.unique(incidence.account, return_inverse=True)[1]
    value = np.unique(incidence.object, return_inverse=True)[1]
    rng = np.random.default_rng(0)
    source, target = rng.integers(0, account.max() + 1, (2, 20_000))
    for seed in range(3):
        dealt = np.random.default_rng(seed).permutation(value)
        published = theirs._similarity_for_pairs(account, dealt, account.max() + 1, value.max() + 1, source, target)
        mine = _products(_unit_rows(account, dealt), source, target)
        difference = np.abs(published - mine).max()
        row(
            f"shuffle {seed}, cosine of 20,000 pairs",
            f"{published.sum():.6f}",
            f"{mine.sum():.6f}",
            f"{difference:.1e}",
        )


def hccs(folder: Path, activity: cib.Activity) -> None:
    """Compare focal structures of the same network and communities, and the latent network of one window."""
    extract = imported(folder, "extract_hccs")
    import networkx as nx

    activity = activity.keep_posts(activity.posts_table["action"] == "retweet")
    whole = weber2021(activity, window="15min", theta=1e9, max_accounts=60)
    clusters = cib.presets.modularity_clusters(whole)
    rng = np.random.default_rng(0)  # makes weights unique: their choice among ties depends on the order of edges
    table = whole.table.with_columns(pl.col("weight") * (1 + 1e-6 * pl.Series(rng.random(whole.n_edges))))
    graph = cib.graphs.graph.graph_from_codes("latent", whole.ids, table, directed=False)
    labels = clusters["cluster"].to_numpy()
    for theta in (0.3, 0.5, 1.0):
        latent, found = nx.Graph(), nx.Graph()
        latent.add_nodes_from((name, {"community_id": label}) for name, label in clusters.iter_rows())
        latent.add_weighted_edges_from(graph.edge_table.select("source", "target", "weight").iter_rows())
        extract.apply_fsa_v(latent, found, SimpleNamespace(weight_property="weight", theta=theta))
        published = {tuple(sorted(edge)) for edge in found.edges}
        mine = focal_structures(graph, theta, clusters=labels)
        edges = {tuple(sorted(edge)) for edge in mine.edge_table.select("source", "target").iter_rows()}
        single = sum(1 for _, part in mine.edge_table.group_by("structure") if part.height == 1)
        more = len(edges - published)
        row(
            f"FSA_V, theta {theta}",
            len(published),
            f"{len(edges)}, {more} more, {single} of one edge",
            published <= edges,
        )


def d3lta(folder: Path, _: cib.Activity) -> None:
    """Compare pairs and kinds on the hand-made set, with the same vectors and languages."""
    for name in ("tensorflow", "tensorflow_hub", "tensorflow_text", "fasttext"):
        sys.modules.setdefault(name, MagicMock())
    theirs = imported(folder, "d3lta.faissd3lta")
    import pandas as pd

    table = pl.read_csv(MEANING, separator="\t", quote_char=None)
    copies = table.select("lang", text=pl.col("original").str.replace(r"(\w)", "${1}${1}") + " https://t.co/x #now")
    texts = pl.concat([table.select("lang", text="original"), table.select("lang", text="reworded"), copies])
    vectors = unit_vectors(texts["text"].to_list(), cib.content.embeddings.packaged_encoder())
    index = [str(k) for k in range(len(texts))]
    frame = pd.DataFrame({"original": texts["text"].to_list(), "language": texts["lang"].to_list()}, index=index)
    embedded = pd.DataFrame((vectors / SCALE).astype(np.float32), index=index)
    for thresholds in ((0.693, 0.715, 0.85), (0.693, 0.5, 0.5)):
        names = ("threshold_grapheme", "threshold_language", "threshold_semantic")
        chosen = dict(zip(names, thresholds, strict=True))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            long = theirs.prepare_dataset(frame.copy()).index
            matches, _ = theirs.semantic_faiss(frame.loc[long], df_embeddings_use=embedded.loc[long], **chosen)
        kinds = {"copy-pasta": "copied", "rewording": "reworded", "translation": "translated"}
        published = {
            (*sorted((int(a), int(b))), kinds[kind])
            for a, b, kind in matches[["source", "target", "dup_type"]].itertuples(index=False)
        }
        mine = d3lta_pairs(texts["text"], texts["lang"], vectors, **chosen)
        kept = mine.filter(pl.col("source").cast(str).is_in(list(long)), pl.col("target").cast(str).is_in(list(long)))
        pairs = set(kept.select("source", "target", "kind").iter_rows())
        row(f"D3lta {thresholds}, {len(long)} texts", len(published), len(pairs), f"{len(published ^ pairs)} differ")


def multimodal(_: Path, activity: cib.Activity) -> None:
    """Compare the modularity of our communities with those of uunet's generalised Louvain, which the authors call."""
    import uunet.multinet as ml

    graph = mannocci2025(activity, ["post", "hashtag", "mention"], "7d", "6d", max_accounts=30)
    layers = [name for name in graph.table.columns if name not in {"source", "target", "weight"}]
    network = ml.empty()
    for layer in layers:
        ml.add_layers(network, [layer])
        rows = graph.edge_table.drop_nulls(layer).select("source", "target", layer)
        names = [rows["source"].to_list(), rows["target"].to_list()]
        there = sorted(set(names[0]) | set(names[1]))
        ml.add_vertices(network, {"actor": there, "layer": [layer] * len(there)})
        parts = {"from_actor": names[0], "from_layer": [layer] * len(rows)}
        ml.add_edges(network, {**parts, "to_actor": names[1], "to_layer": [layer] * len(rows)})
    published = pl.DataFrame(ml.glouvain(network, gamma=1.0, omega=0.1))
    plain = graph.table.with_columns(pl.when(pl.col(name).is_not_null()).then(1.0).alias(name) for name in layers)
    unweighted = cib.graphs.graph.graph_from_codes("plain", graph.ids, plain, directed=False)
    mine = multiplex_clusters(unweighted, omega=0.1)
    row(
        f"multiplex communities of {graph.n_accounts} accounts",
        f"{published['cid'].n_unique()}, modularity {multislice(unweighted, layers, published, 'actor', 'cid'):.4f}",
        f"{mine['cluster'].n_unique()}, {multislice(unweighted, layers, mine, 'account_id', 'cluster'):.4f}",
        "",
    )


def multislice(graph: cib.Graph, layers: list[str], table: pl.DataFrame, account: str, cluster: str) -> float:
    """Compute the multislice modularity with a coupling of 0.1, by its definition."""
    label = {(name, layer): cid for name, layer, cid in table.select(account, "layer", cluster).iter_rows()}
    total, gained = 0.0, 0.0
    for layer in layers:
        strength: dict[str, float] = {}
        edges = graph.edge_table.drop_nulls(layer).select("source", "target", layer).rows()
        for a, b, w in edges:
            strength[a], strength[b] = strength.get(a, 0.0) + w, strength.get(b, 0.0) + w
            gained += 2 * w * (label[a, layer] == label[b, layer])
        whole = sum(strength.values())
        inside: dict[int, float] = {}
        for name, value in strength.items():
            inside[label[name, layer]] = inside.get(label[name, layer], 0.0) + value
        gained -= sum(value**2 for value in inside.values()) / whole
        total += whole
    for (name, layer), cid in label.items():
        for other in layers:
            if other != layer and (name, other) in label:
                gained += 0.1 * (cid == label[name, other])
                total += 0.1
    return gained / total


AUTHORS = {"osprey": osprey, "null-model": null_model, "hccs": hccs, "d3lta": d3lta, "multimodal": multimodal}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in AUTHORS:
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--scale", type=float, default=0.005)
    asked = parser.parse_args()
    activity = cib.simulate(scale=asked.scale, seed=3).activity
    print("| what | theirs | ours | same |\n| --- | --- | --- | --- |")
    for name, compare in AUTHORS.items():
        folder = getattr(asked, name.replace("-", "_"))
        if folder is None:
            row(name, "not compared: no folder given", "", "")
        else:
            compare(folder, activity)


if __name__ == "__main__":
    main()
