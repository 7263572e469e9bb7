"""The page as a text: what it says, whom it names, and that foreign text in it stays text."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import polars as pl

import cib
from cib.graphs.layers import LAYERS, MORE_LAYERS
from cib.networks.verdict import KINDS as EVIDENCE_KINDS
from cib.reports.data import MAX_NETWORKS, gather
from cib.reports.page import FACTS, KINDS, STEPS, render, write_page
from cib.reports.plain import visible
from cib.reports.selection import accounts_of, shown_members
from tests.reports.conftest import elements, embedded, unpacked
from tests.toys import activity

HIDING = re.compile("[\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\x00]")


def test_the_page_says_what_was_found_and_what_it_does_not_mean(page, detection):
    text = " ".join(" ".join(elements(page).text).split())
    assert "Coordination is not inauthenticity" in text
    assert f"They form {len(detection.networks)} networks" in text
    assert detection.fingerprint in text
    assert cib.__version__ in text
    first = detection.networks[0]
    facts = first.facts["fact"].to_list()
    assert all(f"{reason}." in text for reason in first.reasons)
    assert facts
    assert all(FACTS[fact] in text for fact in facts)
    assert set(first.members["account_id"]) <= set(text.split())


def test_the_holder_reads_what_the_posts_behind_pairs_and_networks_say(detection, findings, page, tmp_path):
    said = findings["said"]
    posts = detection.activity.posts_table.filter(pl.col("text").is_not_null())
    texts = dict(posts.select("post_id", "text").iter_rows())
    seen = " ".join("".join(elements(page).text).split())
    shown = 0
    for network in findings["networks"]:
        acts = [act for pair in network.get("pairs", []) for act in pair["acts"]]
        for post in [act["object"] for act in acts] + [
            act["post"] for each in network.get("objects", []) for act in each["acts"]
        ]:
            if post in texts:
                assert said["texts"][said["of_post"][post]]["text"] == texts[post]
                assert " ".join(texts[post].split()) in seen
                shown += 1
    assert shown > 50
    without = unpacked(detection.report(tmp_path / "no-texts.html", reveal_ids=True, texts=False).read_text("utf-8"))
    hidden = unpacked(detection.report(tmp_path / "hidden.html").read_text("utf-8"))
    for other in (without, hidden):
        assert not any(each["text"] in other for each in said["texts"] if len(each["text"] or "") > 20)
    assert "and what they said" in page
    assert "and what they said" not in without


def test_a_shared_hashtag_that_is_the_name_of_an_account_has_a_pseudonym(detection, tmp_path):
    activity = detection.activity
    tags = activity.posts_table["hashtags"].explode().drop_nulls().unique().sort()
    people = activity.accounts_table.with_columns(
        name=pl.Series([tags[k % len(tags)].title() for k in range(activity.accounts_table.height)])
    )
    settings = cib.Settings(layers=(*LAYERS[:1], MORE_LAYERS["co-hashtag"], MORE_LAYERS["hashtag-sequence"]))
    found = cib.detect(replace(activity, accounts_table=people), settings, progress=False)
    kinds = {each["kind"] for network in gather(found)["networks"] for each in network.get("objects", [])}
    assert "hashtag" in kinds
    text = " ".join(elements(unpacked(found.report(tmp_path / "report.html").read_text("utf-8"))).text).split()
    assert set(tags).isdisjoint(word.strip("#,:;.").lower() for word in text)


def test_no_id_is_in_a_page_with_pseudonyms(detection, tmp_path):
    detection = cib.detect(detection.activity, cib.Settings(max_pairs=1_000), progress=False)
    assert detection.networks
    assert any("left out" in note for note in detection.notes)
    html = unpacked(detection.report(tmp_path / "report.html").read_text("utf-8"))
    words = set(re.findall(r"[^\s\"<>=:,;.()\[\]{}/]+", html))
    posts = detection.activity.posts_table
    for column in ("post_id", "target_post_id", "account_id"):
        assert words.isdisjoint(posts[column].drop_nulls())
    assert "account-" in html
    assert "reveal" not in html
    again = unpacked(detection.report(tmp_path / "again.html").read_text("utf-8"))
    name = re.search(r"account-[a-p]{16}", html)[0]
    assert name not in again


def test_findings_and_the_page_with_ids_are_the_same_each_time(detection, findings, page):
    assert json.dumps(gather(detection)) == json.dumps(findings)
    assert unpacked(render(findings, pseudonymous=False)) == page


def test_the_page_asks_for_nothing(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    outside = {"src", "href", "action", "data", "poster", "srcset", "style", "background"}
    for tag, attributes in elements(page).found:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert outside.isdisjoint(attributes) or (tag, attributes) == ("a", ("href",))
        assert not any(name.startswith("on") for name in attributes)
    assert set(re.findall(r'<a href="(.)', page)) == {"#"}


def test_hostile_text_makes_no_element_and_no_attribute(detection, hostile_detection):
    html = unpacked(render(gather(hostile_detection), pseudonymous=False))
    told = {"notes": ("x",) * len(hostile_detection.imported.notes), "dropped": {"x": 0}, "columns": {"x": "y"}}
    tame = render(gather(replace(detection, imported=replace(detection.imported, **told))), pseudonymous=False)
    assert elements(html).found == elements(tame).found
    shown = [member["account"] for member in embedded(html)["members"]]
    networks = hostile_detection.networks[:MAX_NETWORKS]
    known = shown_members(accounts_of(networks), networks)["account_id"]
    assert sorted(shown) == sorted(map(visible, known))
    assert not HIDING.search(html)


def test_a_detection_without_networks_has_a_page_too(tmp_path):
    detection = cib.detect(activity([{"account_id": a, "action": "post", "at": 0} for a in "ab"]), progress=False)
    html = unpacked(detection.report(tmp_path / "report.html").read_text("utf-8"))
    assert "No network among the 2 accounts: nothing to test." in html
    assert ('href="#map"' in html, 'id="map"' in html) == (False, False)


def test_a_headline_says_which_kinds_of_evidence_apply_and_explains_them(detection, page):
    text = " ".join("".join(elements(page).text).split())
    applied = 0
    for network in detection.networks:
        kinds = [reason.kind for reason in network.reasons if reason.speaks == "for" and reason.kind in KINDS]
        if kinds:
            assert f"shared objects; evidence: {', '.join(kinds)}" in text
            applied += 1
    assert applied
    assert set(KINDS) == set(EVIDENCE_KINDS)
    assert all(sentence in text for sentence in STEPS)


def test_facts_are_shares_or_numbers_of_accounts(findings, page):
    shown = [network for network in findings["networks"] if network.get("facts")]
    mean = {fact["share"] for network in shown for fact in network["facts"] if fact["fact"] == "creation batch"}
    rows = re.findall(r"<td>number made within twelve hours[^<]*</td><td[^>]*>([^<]*)</td>", page)
    assert mean
    assert set(rows) == {f"{2**share:.1f}" for share in mean}
    assert ">-0.0<" not in page


def test_accounts_that_the_analyst_excluded_are_named(detection, tmp_path):
    out = tuple(detection.networks[0].members["account_id"].head(2))
    found = replace(detection, settings=replace(detection.settings, exclude=out))
    shown = " ".join(elements(unpacked(found.report(tmp_path / "a.html", reveal_ids=True).read_text("utf-8"))).text)
    assert "2 accounts, which cannot be members" in " ".join(shown.split())
    hidden = unpacked(found.report(tmp_path / "b.html").read_text("utf-8"))
    assert "2 accounts, which cannot be members" in hidden
    assert not any(account in hidden for account in out)


def test_sensitivity_is_shown_when_given(detection, tmp_path):
    table = pl.DataFrame({"window_s": [30, 60], "networks": [4, 5]})
    html = unpacked(detection.report(tmp_path / "report.html", sensitivity=table).read_text("utf-8"))
    assert "What other settings would have found" in html
    assert '<th scope="col">window s</th><th scope="col">networks</th>' in html


def test_what_is_cut_is_said(detection, monkeypatch):
    monkeypatch.setattr("cib.reports.data.MAX_NETWORKS", 2)
    monkeypatch.setattr("cib.reports.selection.MAX_ACCOUNTS", len(detection.networks[0]) + 3)
    html = render(gather(detection), pseudonymous=False)
    text = " ".join("".join(elements(html).text).split())
    assert f"Table, evidence and map show the first 2 networks of {len(detection.networks)}" in text
    assert f"Members (3 of {len(detection.networks[1])})" in text
    assert "the saved folder has all" in text[text.index("Each dot is an account") :]
    assert len(embedded(html)["networks"]) == 2


def test_of_networks_without_details_the_page_only_counts(detection, monkeypatch, tmp_path):
    monkeypatch.setattr("cib.reports.data.MAX_NETWORKS", 2)
    findings = gather(detection)
    assert sum("timeline" in network for network in findings["networks"]) == 2 < len(findings["networks"])
    write_page(findings, tmp_path / "page.html", reveal_ids=True)
    assert (tmp_path / "page.html").read_text("utf-8") == render(findings, pseudonymous=False)
