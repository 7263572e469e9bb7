"""Releases: nothing in them leads to a person."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from cib.errors import SettingsError


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
