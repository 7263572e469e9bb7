"""Spreadsheet, STIX and release: all can be read back, nothing comes alive, nothing leads to a person."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import polars as pl
import pytest
import stix2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cib.errors import SettingsError
from cib.reports.pseudonyms import Pseudonyms
from cib.reports.spreadsheet import write_spreadsheet

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://evil.example")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "http://a.example",
    "00123",
    "1e5",
)


def sheets(path):
    """The texts and numbers of each sheet, cell by cell as the file has them."""
    with zipfile.ZipFile(path) as file:
        names = [
            sheet.get("name") for sheet in ElementTree.fromstring(file.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        ]
        for k, name in enumerate(names, 1):
            root = ElementTree.fromstring(file.read(f"xl/worksheets/sheet{k}.xml"))
            assert [*root.iter(f"{MAIN}f"), *root.iter(f"{MAIN}hyperlink")] == []
            yield name, [[cell_value(cell) for cell in row] for row in root.iter(f"{MAIN}row")]


def cell_value(cell):
    if cell.get("t") != "inlineStr":
        value = cell.find(f"{MAIN}v")
        return None if value is None else float(value.text)
    text = "".join(part.text or "" for part in cell.iter(f"{MAIN}t"))
    return re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), text)


@settings(max_examples=50)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
@example([*FORMULAS, "_x0041_", "\x00\x0b\ufffe\uffff\r\n", " a "])
def test_a_spreadsheet_keeps_any_text_as_text(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("xlsx") / "toy.xlsx"
    table = pl.DataFrame({"account_id": texts, "weight": range(len(texts))})
    write_spreadsheet({"toy": table}, {"limits": "none"}, path)
    (_, told), (name, rows) = sheets(path)
    assert name == "toy"
    assert told[1] == ["limits", "none"]
    assert rows == [["account_id", "weight"], *[[text, float(k)] for k, text in enumerate(texts)]]


def test_a_spreadsheet_holds_the_detection(detection, tmp_path):
    found = dict(sheets(detection.save_spreadsheet(tmp_path / "all.xlsx", reveal_ids=True)))
    assert [row[0] for row in found["accounts"][1:]] == detection.table["account_id"].to_list()
    assert len(found["evidence"]) == 1 + sum(n.evidence.edges.height for n in detection.networks)
    assert "Coordination is not inauthenticity" in dict(row for row in found["about"] if len(row) == 2)["limits"]


def test_a_spreadsheet_for_others_holds_as_much_under_pseudonyms(detection, tmp_path):
    shown, hidden = (
        dict(sheets(detection.save_spreadsheet(tmp_path / "all.xlsx", reveal_ids=reveal))) for reveal in (True, False)
    )
    assert {name: len(rows) for name, rows in shown.items() if name != "about"} == {
        name: len(rows) for name, rows in hidden.items() if name != "about"
    }
    accounts = {row[0] for row in hidden["accounts"][1:]}
    assert {cell for row in hidden["evidence"][1:] for cell in row[2:4]} <= accounts
    weights = [sorted(row[4] for row in each["evidence"][1:]) for each in (shown, hidden)]
    assert weights[0] == weights[1]


def test_equal_tables_give_equal_bytes(tmp_path):
    for name in "ab":
        write_spreadsheet({"toy": pl.DataFrame({"account_id": ["+1"]})}, {}, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_texts_too_long_for_a_cell_are_cut_and_it_says_so(tmp_path):
    write_spreadsheet({"toy": pl.DataFrame({"text": ["x" * 40_000]})}, {}, tmp_path / "toy.xlsx")
    found = dict(sheets(tmp_path / "toy.xlsx"))
    assert found["toy"][1] == ["x" * 32_766 + "…"]
    assert ["cut texts", "end in … after 32,767 characters"] in found["about"]


def test_stix_groups_candidates_with_low_confidence(detection, tmp_path):
    text = detection.save_stix(tmp_path / "bundle.json", reveal_ids=True).read_text(encoding="utf-8")
    bundle = stix2.parse(text)
    kinds = {thing.type for thing in bundle.objects}
    assert kinds == {"user-account", "grouping", "note"}
    groupings = {thing.name: thing for thing in bundle.objects if thing.type == "grouping"}
    accounts = {thing.id: thing.user_id for thing in bundle.objects if thing.type == "user-account"}
    candidates = detection.networks.with_verdict("candidate")
    assert len(groupings) == len(candidates) > 0
    for network in candidates:
        grouping = groupings[f"Candidate network {network.id}"]
        assert {accounts[each] for each in grouping.object_refs} == set(network.members["account_id"])
        assert grouping.confidence < 30
        assert all(each.source_name == "DISARM" for each in grouping.external_references)
    assert detection.save_stix(tmp_path / "again.json", reveal_ids=True).read_text(encoding="utf-8") == text


def test_stix_without_ids_names_nobody(detection, tmp_path):
    text = detection.save_stix(tmp_path / "bundle.json").read_text(encoding="utf-8")
    named = {thing["user_id"] for thing in json.loads(text)["objects"] if thing["type"] == "user-account"}
    assert len(named) == detection.networks.with_verdict("candidate").members.height
    assert named.isdisjoint(detection.table["account_id"])


@pytest.mark.parametrize(
    ("format", "kind"), [("x-v2: tweets", "twitter"), ("telegram", "telegram"), ("canonical", None)]
)
def test_stix_tells_equal_ids_of_two_platforms_apart(detection, tmp_path, format, kind):
    there = replace(detection, imported=replace(detection.imported, format=format))
    bundle = stix2.parse(there.save_stix(tmp_path / "b.json", reveal_ids=True).read_text(encoding="utf-8"))
    accounts = {thing.user_id: thing for thing in bundle.objects if thing.type == "user-account"}
    assert accounts
    for name, account in accounts.items():
        expected = stix2.UserAccount(user_id=name, account_type=kind) if kind else stix2.UserAccount(user_id=name)
        assert (account.id, account.get("account_type")) == (expected.id, kind)


def test_stix_survives_hostile_ids(hostile_detection, tmp_path):
    bundle = stix2.parse(hostile_detection.save_stix(tmp_path / "b.json", reveal_ids=True).read_text(encoding="utf-8"))
    named = {thing.user_id for thing in bundle.objects if thing.type == "user-account"}
    assert named == set(hostile_detection.networks.with_verdict("candidate").members["account_id"])


def released(detection, folder, **options):
    folder = detection.save_release(folder, **options)
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


def test_a_release_has_counts_of_networks_and_no_sequences(detection, tmp_path):
    tables = released(detection, tmp_path)
    assert set(tables) == {"accounts", "networks", "activity", "values"}
    members = detection.networks.with_verdict("candidate").members
    posts = detection.activity.posts_table.join(members.select("account_id", "network_id"), on="account_id")
    acts = dict(tables["activity"].group_by("network_id").agg(pl.col("acts").sum()).iter_rows())
    assert acts == dict(posts.group_by("network_id").len().iter_rows())
    tags = tables["values"].filter(kind="hashtag")["acts"].sum()
    assert tags == posts["hashtags"].list.unique().list.len().sum()
    about = json.loads((tmp_path / "about.json").read_text(encoding="utf-8"))
    assert "posts" not in tables
    assert "unique_sequences_by_second" not in about
    assert about["unique_accounts"] <= tables["accounts"].height


def test_a_release_with_sequences_says_what_they_mean(detection, tmp_path):
    tables = released(detection, tmp_path, sequences=True)
    about = json.loads((tmp_path / "about.json").read_text(encoding="utf-8"))
    act = pl.format("{} {}", pl.col("created_at").dt.timestamp("ms"), pl.col("action").cast(pl.String))
    sequences = tables["posts"].group_by("account_id").agg(act.sort().str.join(" "))
    alone = sequences.drop("account_id").is_unique().sum()
    assert about["unique_sequences_by_second"] == alone > 0
    assert f"{alone / sequences.height:.1%} of the accounts" in about["what_sequences_mean"]


@pytest.mark.parametrize("texts", [False, True])
def test_a_release_hides_accounts_and_their_posts(detection, tmp_path, texts):
    posts = detection.activity.posts_table
    tables = released(detection, tmp_path, sequences=True, texts=texts)
    members = detection.networks.with_verdict("candidate").members["account_id"]
    assert tables["accounts"].height == len(members)
    assert tables["posts"].height == posts.filter(pl.col("account_id").is_in(members.implode())).height
    accounts, theirs = set(detection.table["account_id"]), set(posts["post_id"])
    for table in tables.values():
        for column in table.columns:
            values = table[column].explode() if table.schema[column] == pl.List(pl.String) else table[column]
            if values.dtype == pl.String:
                assert accounts.isdisjoint(values)
                assert theirs.isdisjoint(values)
    assert ("text" in tables["posts"].columns) == texts
    assert (tables["posts"]["account_id"].is_in(tables["accounts"]["account_id"].implode())).all()


def test_texts_need_the_posts_that_they_are_of(detection, tmp_path):
    with pytest.raises(SettingsError, match="sequences=True"):
        detection.save_release(tmp_path, texts=True)
    assert list(tmp_path.iterdir()) == []


def test_a_release_keeps_what_belongs_together_and_public_accounts_if_asked(detection, tmp_path):
    members = detection.networks.with_verdict("candidate").members["account_id"]
    public = members[0]
    table = detection.activity.accounts_table
    table = table.with_columns(
        followers=pl.when(pl.col("account_id") == public).then(5_000).otherwise(4_999).cast(pl.Int64)
    )
    known = replace(detection, activity=replace(detection.activity, accounts_table=table))
    tables = released(known, tmp_path, sequences=True, public_from=5_000)
    accounts, posts = tables["accounts"], tables["posts"]
    assert [a for a in accounts["account_id"] if not a.startswith("account-")] == [public]
    before = detection.activity.posts_table.filter(pl.col("account_id").is_in(members.implode()))
    for column in ("account_id", "target_post_id", "target_account_id"):
        counts = before[column].drop_nulls().value_counts()["count"].sort()
        assert posts[column].drop_nulls().value_counts()["count"].sort().equals(counts)
    assert set(posts["account_id"]) <= set(accounts["account_id"])


def test_a_release_drops_hashtags_that_are_names_of_accounts(detection, tmp_path):
    def tags_of(name):
        people = detection.activity.accounts_table.with_columns(name=pl.lit(name))
        named = replace(detection, activity=replace(detection.activity, accounts_table=people))
        return released(named, tmp_path / name, sequences=True)["posts"]["hashtags"].explode().drop_nulls()

    tags = tags_of("nobody")
    tag = tags.mode().sort()[0]
    kept = tags.filter(~tags.str.to_lowercase().str.contains(tag.lower(), literal=True))
    assert tags_of(tag.upper()).to_list() == kept.to_list() != []


def test_two_releases_have_no_pseudonym_in_common(detection, tmp_path):
    first, second = (set(released(detection, tmp_path / name)["accounts"]["account_id"]) for name in "ab")
    assert first
    assert first.isdisjoint(second)


def test_pseudonyms_cannot_be_stored():
    import pickle

    with pytest.raises(TypeError, match="thrown away"):
        pickle.dumps(Pseudonyms())
