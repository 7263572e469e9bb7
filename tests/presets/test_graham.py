"""The QUT toolkit: its published node counts, its definition by brute force, and what is not repeated."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cib.errors import InputError, SettingsError
from cib.presets import graham
from cib.presets.graham import QUT_NETWORKS, qut
from cib.sources.files import read
from tests.toys import activity, retweets

messages = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.sampled_from("abcd"),
            "action": st.sampled_from(["post", "retweet", "reply", "quote"]),
            "target_post_id": st.sampled_from(["x", "y", None]),
            "text": st.sampled_from(
                ["One two three", "one two three @bob", "one two", "three  two one", "@bob", "", None]
            ),
            "urls": st.lists(st.sampled_from(["u", "U", "v", ""]), max_size=2) | st.none(),
            "at": st.sampled_from([0.0, 1.0, 1.0, 60.0, 61.0, 7200.0]),
        }
    ),
    min_size=1,
    max_size=14,
)


def cleaned(text):
    return " ".join(re.sub(r"@\S*", "", (text or "").lower()).split())


def keys(message, network):
    """What a message has to have in common with another."""
    if network == "co_post":
        return {"any"}
    own = message["action"] != "retweet"
    found = {
        "co_retweet": [] if own else [message["target_post_id"]],
        "co_tweet": [cleaned(message["text"])] * own,
        "co_reply": [message["target_post_id"]] * (message["action"] == "reply"),
        "co_link": (message["urls"] or []) * own,
    }[network]
    return {key for key in found if key}


def in_common(m, n, network, similarity):
    if network != "co_similar_tweet":
        return bool(keys(m, network) & keys(n, network))
    if "retweet" in (m["action"], n["action"]):
        return False
    a, b = set(cleaned(m["text"]).split()), set(cleaned(n["text"]).split())
    return bool(a | b) and len(a & b) / len(a | b) >= similarity


def by_brute_force(rows, network, window, min_edge_weight, loops, similarity):
    found = defaultdict(set)
    for i, m in enumerate(rows):
        for j, n in enumerate(rows):
            apart = loops or m["account_id"] != n["account_id"]
            if i != j and apart and abs(m["at"] - n["at"]) <= window and in_common(m, n, network, similarity):
                found[m["account_id"], n["account_id"]].add(i)
    return {pair: len(mine) for pair, mine in found.items() if len(mine) >= min_edge_weight}


def edges(graph):
    return {(u, v): weight for u, v, weight in graph.edge_table.select("source", "target", "weight").iter_rows()}


@pytest.mark.parametrize("setting", range(6))
def test_reproduces_the_published_node_counts(shared, setting):
    expected = json.loads((shared / "qut_coretweet_expected.json").read_text())["settings"][setting]
    rows = read(shared / "qut_coretweet.csv", format="shares", progress=False)
    graph = qut(rows, "co_retweet", expected["time_window"], expected["min_edge_weight"], loops=expected["loops"])
    assert graph.n_accounts == expected["nodes"]


@pytest.mark.parametrize("network", QUT_NETWORKS)
@given(messages, st.sampled_from([0.0, 1.0, 60.0]), st.integers(1, 2), st.booleans(), st.sampled_from([0.3, 0.6, 1.0]))
def test_equals_comparing_every_two_messages(network, rows, window, min_edge_weight, loops, similarity):
    rows[0] |= {"text": rows[0]["text"] or "one", "urls": rows[0]["urls"] or []}
    graph = qut(activity(rows), network, window, min_edge_weight, loops=loops, similarity=similarity)
    assert edges(graph) == by_brute_force(rows, network, window, min_edge_weight, loops, similarity)


def post(account, second, text):
    return {"account_id": account, "action": "post", "at": second, "text": text}


def test_direction_counts_messages_of_the_source():
    """C posts the text at 0 s and 31 s, D at 30 s: two of C have one of D near by, one of D has one of C."""
    toy = activity([post("C", 0.0, "T"), post("D", 30.0, "T"), post("C", 31.0, "T")])
    assert edges(qut(toy, "co_tweet", "60s", 1)) == {("C", "D"): 2, ("D", "C"): 1}


def test_a_message_is_not_compared_with_itself():
    assert qut(retweets(("a", "x", 0.0)), "co_retweet", "60s", 1, loops=True).n_edges == 0
    url_twice = activity([{"account_id": "a", "action": "post", "at": 0.0, "urls": ["u", "v"]}])
    assert qut(url_twice, "co_link", "60s", 1, loops=True).n_edges == 0


def test_empty_urls_and_posts_of_mentions_only_link_nobody():
    rows = [post("a", 0.0, "@bob") | {"urls": [""]}, post("b", 0.0, "@alice @carol") | {"urls": [""]}]
    for network in ("co_link", "co_tweet", "co_similar_tweet"):
        assert qut(activity(rows), network, "60s", 1).n_edges == 0


def test_mentions_case_and_spaces_do_not_change_a_text():
    rows = [post("a", 0.0, "@bob Vote  now"), post("b", 0.0, "vote NOW @alice")]
    assert qut(activity(rows), "co_tweet", "1s", 1).n_edges == 2


def test_each_ideograph_is_a_word():
    rows = [post("a", 0.0, "今天天气很好"), post("b", 0.0, "今天天气不好")]  # 4 words of 6
    assert qut(activity(rows), "co_similar_tweet", "1s", 1, similarity=0.6).n_edges == 2
    assert qut(activity(rows), "co_similar_tweet", "1s", 1, similarity=0.7).n_edges == 0


def test_texts_are_compared_in_parts_of_any_size(monkeypatch):
    rows = [post(account, 0.0, f"one two three {k % 3}") for k, account in enumerate("abcdefgh")]
    whole = edges(qut(activity(rows), "co_similar_tweet", "1s", 1, similarity=0.9))
    monkeypatch.setattr(graham, "_TEXTS", 2)
    assert edges(qut(activity(rows), "co_similar_tweet", "1s", 1, similarity=0.9)) == whole
    assert len(whole) == 3 * 2 + 3 * 2 + 2  # accounts with the same number, each way


def test_edges_lead_back_to_the_messages():
    graph = qut(retweets(("a", "x", 0.0), ("b", "x", 20.0)), window="60s", min_edge_weight=1)
    assert graph.evidence("a", "b")["lag"].to_list() == [20.0]
    assert graph.construction.options["preset"] == "qut"


def test_errors_say_what_to_do():
    toy = retweets(("a", "x", 0.0))
    with pytest.raises(SettingsError, match="Did you mean 'co_retweet'"):
        qut(toy, "co_retwet")
    with pytest.raises(SettingsError, match="Jaccard"):
        qut(toy, "co_similar_tweet", similarity=0)
    with pytest.raises(InputError, match="'urls', which these posts lack"):
        qut(toy, "co_link")
