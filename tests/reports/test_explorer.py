"""The explorer: what is selected are accounts of the detection, and details come a network at a time."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("anywidget", reason="needs the extra explore")


def test_a_network_that_is_chosen_is_the_selection(detection):
    explorer = detection.explore()
    network = detection.networks["N2"]
    explorer.places = [k for k, member in enumerate(explorer.data["members"]) if member["network_id"] == "N2"]
    assert set(explorer.selection["account_id"]) == set(network.members["account_id"])
    assert explorer.selection.columns == detection.accounts.columns


def test_details_are_sent_when_a_network_is_asked_for(detection, monkeypatch):
    explorer, sent = detection.explore(), []
    monkeypatch.setattr(explorer, "send", sent.append)
    explorer._handle_custom_msg({"network": "N1"}, [])
    (message,) = sent
    assert message["network"] == "N1"
    assert len(message["details"]["members"]) == len(detection.networks["N1"])
    assert message["details"]["said"]["texts"]
    assert json.dumps(explorer.data)
    quiet = detection.explore(texts=False)
    monkeypatch.setattr(quiet, "send", sent.append)
    quiet._handle_custom_msg({"network": "N1"}, [])
    assert "said" not in sent[-1]["details"]
