"""Graph files: networkx, igraph and graphology read them back, with weights, roles, colours and places."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cib.graphs.graph import graph_from_codes
from cib.reports.graph_files import write_graph
from cib.reports.palette import ROLES

anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def graph_of(ids):
    edges = pl.DataFrame(
        {"source": [0], "target": [1], "weight": [2], "lag": [None]}, schema_overrides={"lag": pl.Float64}
    )
    edges = edges.with_columns(pl.col("source", "target").cast(pl.UInt32))
    return graph_from_codes("toy", pl.Series("account_id", sorted(ids)), edges, directed=False)


def spelled_back(text):
    return re.sub(r"U\+([0-9A-F]{4})", lambda match: chr(int(match[1], 16)), text)


@settings(max_examples=200)
@given(st.sets(anything | st.just("U+0000") | st.just("\x00"), min_size=2, max_size=2), anything)
@example({"U+0000", "\x00"}, "\r\n\t ")
def test_graphs_survive_any_text(tmp_path_factory, ids, name):
    folder = tmp_path_factory.mktemp("graphs")
    graph = graph_of(ids)
    nodes = pl.DataFrame({"account_id": graph.ids, "name": [name, None], "score": [0.5, None]})
    write_graph(graph, nodes, folder, "toy")
    for read, suffix in ((nx.read_graphml, "graphml"), (nx.read_gexf, "gexf")):
        back = read(folder / f"toy.{suffix}")
        assert {spelled_back(node) for node in back} == ids
        assert {spelled_back(data["name"]) for _, data in back.nodes(data=True) if "name" in data} == {name}
        assert [data["weight"] for *_, data in back.edges(data=True)] == [2]


def test_gephi_finds_colours_weights_and_times(tmp_path):
    graph = graph_of(["a", "b"])
    times = [datetime(2020, 6, 12, tzinfo=UTC), datetime(2020, 6, 13, 0, 0, 1, 500_000, tzinfo=UTC)]
    graph = replace(graph, table=graph.table.with_columns(first=times[0], last=times[1]))
    nodes = pl.DataFrame({"account_id": ["a", "b"], "role": ["amplifier", None], "network_id": ["N1", None]})
    write_graph(graph, nodes, tmp_path, "toy")
    assert "lastmodifieddate" not in (tmp_path / "toy.gexf").read_text(encoding="utf-8")
    gexf, graphml = nx.read_gexf(tmp_path / "toy.gexf"), nx.read_graphml(tmp_path / "toy.graphml")
    assert gexf.nodes["a"]["viz"] == {
        "color": {"r": 43, "g": 108, "b": 163, "a": 1.0},
        "position": {"x": 0.0, "y": 0.0, "z": 0.0},
    }
    assert "position" not in gexf.nodes["b"]["viz"]
    colour = {"r": 43, "g": 108, "b": 163}
    assert graphml.nodes["a"] == {"label": "a", "role": "amplifier", "network_id": "N1", "x": 0.0, "y": 0.0, **colour}
    for drawn in (gexf, graphml):
        assert (
            drawn["a"]["b"].items()
            >= {
                "weight": 2,
                "first": "2020-06-12T00:00:00+00:00",
                "last": "2020-06-13T00:00:01.500+00:00",
            }.items()
        )


GEXF, VIZ = "{http://www.gexf.net/1.2draft}", "{http://www.gexf.net/1.2draft/viz}"


def test_gexf_declares_what_it_holds_and_is_the_same_each_time(detection, tmp_path):
    graph = detection.graphs["co-action post 60 s"].strongest(200)
    for name in "ab":
        write_graph(graph, detection.table, tmp_path, name)
    assert (tmp_path / "a.gexf").read_bytes() == (tmp_path / "b.gexf").read_bytes()
    root = ElementTree.parse(tmp_path / "a.gexf").getroot()
    assert root.get("version") == "1.2"
    assert not root.find(f"{GEXF}meta").attrib
    drawn = root.find(f"{GEXF}graph")
    assert drawn.attrib["mode"] == "static"
    declared = {
        kind.get("class"): {each.get("id"): each.get("type") for each in kind}
        for kind in drawn.iter(f"{GEXF}attributes")
    }
    parse = {"long": int, "double": float, "string": str}
    assert {kind for types in declared.values() for kind in types.values()} <= set(parse)
    for tag in ("node", "edge"):
        found = list(drawn.iter(f"{GEXF}{tag}"))
        assert len({each.get("id") for each in found}) == len(found) > 0
        for each in found:
            values = {value.get("for"): value.get("value") for value in each.iter(f"{GEXF}attvalue")}
            assert set(values) <= set(declared[tag])
            for key, value in values.items():
                parse[declared[tag][key]](value)
    nodes = {node.get("id") for node in drawn.iter(f"{GEXF}node")}
    assert len(list(drawn.iter(f"{VIZ}color"))) == len(nodes)
    for edge in drawn.iter(f"{GEXF}edge"):
        assert {edge.get("source"), edge.get("target")} <= nodes
        assert float(edge.get("weight")) > 0


def test_graphml_declares_each_key_with_a_type_that_gephi_knows(detection, tmp_path):
    write_graph(detection.graphs["co-action post 60 s"].strongest(200), detection.table, tmp_path, "a")
    root = ElementTree.parse(tmp_path / "a.graphml").getroot()
    space = "{http://graphml.graphdrawing.org/xmlns}"
    keys = {key.get("id"): key for key in root.iter(f"{space}key")}
    assert len(keys) == len(list(root.iter(f"{space}key")))
    assert {key.get("attr.type") for key in keys.values()} <= {"boolean", "int", "long", "float", "double", "string"}
    for tag in ("node", "edge"):
        used = {data.get("key") for each in root.iter(f"{space}{tag}") for data in each}
        assert used
        assert all(keys[key].get("for") == tag for key in used)


def test_ids_that_xml_allows_stay_as_they_are(tmp_path):
    graph = graph_of(["+abc/=", "名前"])
    write_graph(graph, pl.DataFrame({"account_id": graph.ids}), tmp_path, "toy")
    assert set(nx.read_graphml(tmp_path / "toy.graphml")) == {"+abc/=", "名前"}


@pytest.fixture(scope="module")
def drawn(detection, tmp_path_factory):
    """The strongest edges of a layer, and the folder with its files."""
    graph = detection.graphs["co-action post 60 s"].subgraph(detection.networks.members["account_id"]).strongest(200)
    folder = tmp_path_factory.mktemp("drawn")
    write_graph(graph, detection.table, folder, "layer")
    return graph, folder


def expected_nodes(graph, detection):
    """Role, and red, green and blue, of each account."""
    table = detection.table.filter(pl.col("account_id").is_in(graph.ids.implode()))
    roles = dict(table.select("account_id", "role").iter_rows())
    return {account: (role, *bytes.fromhex(ROLES[role][1:])) for account, role in roles.items()}


def expected_edges(graph):
    return {(a, b): weight for a, b, weight in graph.edge_table.select("source", "target", "weight").iter_rows()}


@pytest.mark.parametrize("suffix", ["gexf", "graphml"])
def test_networkx_reads_weights_roles_colours_and_places(drawn, detection, suffix):
    graph, folder = drawn
    back = {"gexf": nx.read_gexf, "graphml": nx.read_graphml}[suffix](folder / f"layer.{suffix}")
    told = {name: data["viz"]["color"] if suffix == "gexf" else data for name, data in back.nodes(data=True)}
    assert expected_nodes(graph, detection) == {
        name: (back.nodes[name]["role"], data["r"], data["g"], data["b"]) for name, data in told.items()
    }
    places = {name: data["viz"]["position"] if suffix == "gexf" else data for name, data in back.nodes(data=True)}
    assert len({(place["x"], place["y"]) for place in places.values()}) == graph.n_accounts
    assert expected_edges(graph) == {tuple(sorted(ends)): data["weight"] for *ends, data in back.edges(data=True)}
    row = graph.edge_table.row(0, named=True)
    edge = back[row["source"]][row["target"]]
    assert [edge[name] for name in ("pairs", "lag", "p", "q")] == [row[name] for name in ("pairs", "lag", "p", "q")]


def test_igraph_reads_weights_roles_and_colours(drawn, detection):
    igraph = pytest.importorskip("igraph")
    graph, folder = drawn
    back = igraph.Graph.Read_GraphML(str(folder / "layer.graphml"))
    assert expected_nodes(graph, detection) == {
        vertex["id"]: (vertex["role"], vertex["r"], vertex["g"], vertex["b"]) for vertex in back.vs
    }
    names = back.vs["id"]
    ends = [tuple(sorted(names[k] for k in edge.tuple)) for edge in back.es]
    assert expected_edges(graph) == dict(zip(ends, back.es["weight"], strict=True))


def test_graphology_reads_weights_roles_colours_and_places(drawn, detection):
    """``NODE_PATH`` says where graphology, graphology-gexf and graphology-graphml are installed."""
    node, graph, folder = shutil.which("node"), *drawn
    script = Path(__file__).with_name("read_with_graphology.js")
    if node is None:
        pytest.skip("node is not installed")
    if subprocess.run([node, "-e", "require('graphology-gexf')"], capture_output=True, check=False).returncode:
        pytest.skip("graphology is not on NODE_PATH")
    for suffix in ("gexf", "graphml"):
        command = [node, str(script), str(folder / f"layer.{suffix}")]
        told = json.loads(subprocess.run(command, capture_output=True, check=True, env=os.environ).stdout)
        assert expected_edges(graph) == {tuple(sorted((a, b))): weight for a, b, weight in told["edges"]}
        nodes = expected_nodes(graph, detection)
        colour = "rgba({},{},{},1.0)" if suffix == "gexf" else "#{:02x}{:02x}{:02x}"
        assert told["nodes"].keys() == nodes.keys()
        for name, (role, *rgb) in nodes.items():
            assert told["nodes"][name]["role"] == role
            assert told["nodes"][name]["color"] == colour.format(*rgb)
            assert isinstance(told["nodes"][name]["x"], float | int)


def test_pseudonyms_are_the_same_in_both_files_and_lead_nowhere(detection, tmp_path):
    graph = detection.graphs["co-action post 60 s"].strongest(200)
    write_graph(graph, detection.table, tmp_path, "layer", pseudonyms=True)
    gexf, graphml = nx.read_gexf(tmp_path / "layer.gexf"), nx.read_graphml(tmp_path / "layer.graphml")
    assert set(gexf) == set(graphml)
    assert set(gexf).isdisjoint(graph.ids)
    assert sorted(w for *_, w in gexf.edges(data="weight")) == graph.table["weight"].sort().to_list()
    for file in tmp_path.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not any(account in text for account in graph.ids)
