"""The marker law: every field of every account carries its own marker, and nothing for others holds one."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import cib
from cib.graphs.layers import LAYERS, MORE_LAYERS
from cib.reports.anonymity import hide_findings, leads, under_pseudonyms
from cib.reports.graph_files import write_graph
from cib.reports.pseudonyms import Pseudonyms
from tests.reports.conftest import unpacked

#: Pseudonyms have no 9.
MARKER = re.compile("zq9[0-9]{5}", re.IGNORECASE)
SETTINGS = cib.Settings(layers=(*LAYERS, MORE_LAYERS["co-hashtag"], MORE_LAYERS["co-domain"], MORE_LAYERS["co-url"]))


def marked(seed=5):
    """Activity of which each account's ids, name, texts, tags, links, client, language and posts bear its marker."""
    activity = cib.simulate(scale=0.003, seed=seed).activity
    posts, people = activity.posts_table, activity.accounts_table
    order = activity.account_ids.sample(fraction=1, shuffle=True, seed=seed)  # so that the order of ids says nothing
    marks = pl.Series([f"zq9{k:05}" for k in range(len(order))])
    authors = dict(posts.select("post_id", "account_id").iter_rows())

    def of(ids):
        return ids.replace_strict(order, marks, default=None, return_dtype=pl.String)

    mine = of(posts["account_id"])
    targets = posts["target_post_id"].map_elements(authors.get, return_dtype=pl.String)
    own = pl.DataFrame({"m": mine}).select(
        client=pl.format("App of {}", "m"),
        lang=pl.format("{}-Latn", "m"),
        text=pl.format("Read {} today at https://{}.example.org/{}", "m", "m", "m"),
        urls=pl.concat_list(pl.format("https://{}.example.org/{}?u={}", "m", "m", "m")),
        hashtags=pl.concat_list(pl.format("#{}", "m"), pl.lit("vote")),
    )
    posts = posts.with_columns(
        mine.alias("account_id"),
        of(posts["target_account_id"]).alias("target_account_id"),
        pl.format("{}-{}", mine, pl.col("post_id")).alias("post_id"),
        pl.format("{}-{}", pl.coalesce(of(targets), of(posts["target_account_id"])), "target_post_id").alias(
            "target_post_id"
        ),
        posts.select(pl.col("mentions").list.eval(pl.element().replace_strict(order, marks, default=None)))["mentions"],
        *own,
    )
    here = of(people["account_id"])
    people = people.with_columns(here.alias("account_id"), name=here.str.to_uppercase(), description="I am " + here)
    imported = replace(
        activity.imported,
        source="/home/zq900001/posts of zq900002.csv",
        columns={"account_id": "zq900003"},
        notes=("no author of zq900004-12",),
    )
    return replace(
        activity,
        posts_table=posts.sort("created_at", "account_id", "post_id"),
        accounts_table=people.sort("account_id"),
        imported=imported,
    )


@pytest.fixture(scope="module")
def detection():
    found = cib.detect(marked(), SETTINGS, progress=False)
    assert found.networks.with_verdict("candidate")
    return replace(found, notes=(*found.notes, "the feature x says nothing of zq900005"))


def texts(path):
    """All that a file says, unpacked."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).write_json() + str(pl.read_parquet_metadata(path))
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as file:
            return "\n".join(file.read(name).decode("utf-8") for name in file.namelist())
    return unpacked(path.read_text("utf-8"))


def layer(detection):
    return next(graph for graph in detection.graphs.values() if not graph.directed and graph.n_edges)


def graph_files(detection, folder):
    write_graph(layer(detection), detection.table, folder, "layer", pseudonyms=True)


FOR_OTHERS = {
    "report": lambda d, folder: d.report(folder / "report.html"),
    "report of a loaded one": lambda d, folder: cib.load(d.save(folder.parent / "saved")).report(folder / "r.html"),
    "stix": lambda d, folder: d.save_stix(folder / "bundle.json"),
    "spreadsheet": lambda d, folder: d.save_spreadsheet(folder / "all.xlsx"),
    "release": lambda d, folder: d.save_release(folder),
    "release with sequences": lambda d, folder: d.save_release(folder, sequences=True),
    "graphs": graph_files,
}


@pytest.mark.parametrize("what", FOR_OTHERS)
def test_nothing_for_others_holds_a_marker(detection, tmp_path, what):
    folder = tmp_path / "out"
    folder.mkdir()
    FOR_OTHERS[what](detection, folder)
    files = list(folder.iterdir())
    assert files
    for path in files:
        assert MARKER.findall(texts(path)) == [], path.name
        assert MARKER.findall(path.name) == []


def test_the_holder_of_the_data_sees_them_all(detection, tmp_path):
    """Else the law above would hold for an empty file."""
    page = detection.report(tmp_path / "report.html", reveal_ids=True)
    assert len(set(MARKER.findall(texts(page)))) > 20
    assert "Do not pass it on" in texts(page)
    assert MARKER.search(texts(detection.save_spreadsheet(tmp_path / "all.xlsx", reveal_ids=True)))


def test_what_the_package_says_of_a_network_is_kept(detection):
    hidden = hide_findings(detection.findings, Pseudonyms())
    for shown, known in zip(hidden["networks"], detection.findings["networks"], strict=True):
        assert {name: shown[name] for name, value in known.items() if isinstance(value, str)} == {
            name: value for name, value in known.items() if isinstance(value, str)
        }
    assert hidden["networks"][0]["campaign"] == "C1"


def test_posts_under_pseudonyms_are_those_of_the_same_accounts_and_pairs(detection):
    names = Pseudonyms()
    hidden = hide_findings(detection.findings, names)

    def named(found, hide):
        """The posts of each table with the accounts that they are of, whatever the order."""

        def of(kind, identifier):
            return names.of(kind, identifier) if hide else identifier

        accounts = [of("account", member["account"]) for member in found["members"]]
        told = set()
        for name, table in found["posts"].items():
            for k in range(len(table["post" if "post" in table else "post_a"])):
                row = {each: column[k] for each, column in table.items()}
                if name == "pair_acts":
                    line = found["edges"][row["line"]]
                    ends = {end: accounts[line[f"place_{end}"]] for end in ("a", "b")}
                    acts = {(ends[end], of("post", row[f"post_{end}"]), row[f"time_{end}"]) for end in ("a", "b")}
                    told.add((name, frozenset(acts), ends.get(row["second"]), row["lag"], row["kind"]))
                else:
                    line = found["edges"][row["line"]] if name == "retweets" else {"place_a": row["place"]}
                    told.add((name, accounts[line["place_a"]], of("post", row["post"]), row["time"]))
        return told

    assert named(hidden, hide=False) == named(detection.findings, hide=True)
    for table in hidden["posts"].values():
        owner = table["line" if "line" in table else "place"]
        assert owner == sorted(owner)


def test_what_many_say_is_shown(detection, tmp_path):
    released = pl.read_parquet(detection.save_release(tmp_path / "out") / "values.parquet")
    assert "vote" in released.filter(kind="hashtag")["value"].to_list()
    assert released.filter(kind="client")["value"].unique().to_list() == ["(rare, or the name of an account)"]


def test_what_many_say_is_not_shown_if_it_holds_a_name(tmp_path):
    activity = marked()
    account = activity.posts_table["account_id"][0]
    posts = activity.posts_table.with_columns(
        client=pl.lit(f"App of {account}"),
        hashtags=pl.concat_list(pl.lit(f"we{account}fans")),
        urls=pl.concat_list(pl.lit(f"https://{account}.example.net/")),
    )
    found = cib.detect(replace(activity, posts_table=posts), SETTINGS, progress=False)
    for what, write in FOR_OTHERS.items():
        folder = tmp_path / what / "out"
        folder.mkdir(parents=True)
        write(found, folder)
        for path in folder.iterdir():
            assert MARKER.findall(texts(path)) == [], what


def test_the_order_says_nothing_of_the_ids(detection, tmp_path):
    """Rows that are equal in what they are sorted by are in the order of their pseudonyms."""
    bundle = texts(detection.save_stix(tmp_path / "b.json"))
    named = re.findall('"user_id": "([^"]+)"', bundle)
    sizes = [len(network) for network in detection.networks.with_verdict("candidate")]
    parts = np.split(np.array(named), np.cumsum(sizes)[:-1])
    assert all((np.sort(part) == part).all() for part in parts)
    accounts = pl.read_parquet(detection.save_release(tmp_path / "out") / "accounts.parquet")
    assert accounts.equals(accounts.sort("network_id", "account_id"))


def test_a_graph_under_pseudonyms_is_the_same_graph(detection):
    graph, names = layer(detection), Pseudonyms()
    other = under_pseudonyms(graph, names)
    assert other.ids.is_sorted()
    ends = [pl.Series(names.of_all("account", graph.edge_table[end])) for end in ("source", "target")]
    pairs = {frozenset(pair): weight for *pair, weight in zip(*ends, graph.table["weight"], strict=True)}
    assert pairs == {
        frozenset(pair): weight for *pair, weight in other.edge_table.select("source", "target", "weight").rows()
    }


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Anna", True),
        ("@anna", True),
        ("App of anna", True),
        ("anna.example.org", True),
        ("annals of joanna", False),
        ("#weHARBOUR9fans", True),
        ("harbour", False),
        ("", False),
        (None, False),
    ],
)
def test_a_value_leads_to_an_account_if_it_holds_its_name(value, found):
    assert leads(pl.Series([value], dtype=pl.String), pl.Series(["anna", "harbour9"])).to_list() == [found]
