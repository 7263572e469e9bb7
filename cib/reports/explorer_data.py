"""Data of the map and its dialogs as plain values: a summary loaded at once, and details per network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cib.reports.layout import positions
from cib.reports.permalinks import Permalinks
from cib.reports.plain import Columns

__all__ = ["JOINED", "explorer_data", "explorer_details"]

#: Descriptions of the ways in which a member joins a network; boosted accounts are shown with it, and are no members.
JOINED = {
    "co-action": "did the same as another member more often than chance explains",
    "shared targets": "is drawn to the same things as the network, though it forms no pair with any one member",
    "leader": "acts first, and the other members after it; that can happen without its doing",
    "tied": "shares a good part of what it does with other members, or what few others posted",
    "served": "is acted on by another network, and by hardly anybody else",
    "copied text": "copies the texts of confirmed members in a good part of all its acts",
    "created together": "was created within hours of confirmed members, and many act on it though few follow it",
    "amplifier": "aims a good part of all its acts at confirmed members, who never act on it",
    "boosted": "receives its acts mostly from members; that can happen without its doing",
}

#: Fields of an account in the summary; the others are in the details of its network.
_AT_ONCE = ("account", "network_id", "joined", "role", "coordination")

#: Fields of an act of two accounts, in order.
ACT = ("object", "kind", "post_a", "post_b", "time_a", "time_b", "lag", "second")


def explorer_data(found: Mapping[str, Any], permalinks: Permalinks) -> dict[str, Any]:
    """Return the data that the map draws, filters and searches.

    Parameters
    ----------
    found : mapping
        From :func:`cib.reports.data.gather`.
    permalinks : list
        From :func:`cib.reports.permalinks.permalinks`.

    Returns
    -------
    dict
        ``members`` and their ``places`` (coordinates), ``edges`` as pairs of positions in ``members``, ``networks``,
        ``bins`` of time, ``roles``, ``joined`` and ``permalinks``.
    """
    members, at_once = found["members"], (*_AT_ONCE, *(role["name"] for role in found["roles"]))
    edges = [[edge["place_a"], edge["place_b"]] for edge in found["edges"]]
    shown = [network for network in found["networks"] if "timeline" in network]
    return {
        "members": [{name: member[name] for name in at_once} for member in members],
        "places": positions([member["network_id"] for member in members], edges).tolist(),
        "edges": edges,
        "roles": found["roles"],
        "joined": JOINED,
        "networks": [{name: network[name] for name in ("network_id", "verdict", "timeline")} for network in shown],
        "bins": {**found["bins"], "count": max((len(network["timeline"]) for network in shown), default=0)},
        "permalinks": permalinks,
    }


def explorer_details(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the details of the accounts and lines of each network.

    Parameters
    ----------
    found : mapping
        From :func:`cib.reports.data.gather`.

    Returns
    -------
    dict of str to dict
        For each network its ``members`` and ``edges`` by position in those of :func:`explorer_data`, and ``said``, the
        texts of the posts that these refer to.
    """
    members, at_once = found["members"], {*_AT_ONCE, *(role["name"] for role in found["roles"])}
    details: dict[str, dict[str, Any]] = {}
    for place, member in enumerate(members):
        rest = {name: value for name, value in member.items() if name not in at_once}
        network = details.setdefault(member["network_id"], {"members": {}, "edges": {}})
        network["members"][place] = rest
    lines: list[dict[str, Any]] = []
    for k, edge in enumerate(found["edges"]):
        lines.append({name: edge[name] for name in ("layer", "weight", "expected", "q")} | {"acts": []})
        details[members[edge["place_a"]]["network_id"]]["edges"][k] = lines[k]
    for name, table in found["posts"].items():
        if name == "pair_acts":
            for k, *fields in zip(table["line"], *(table[each] for each in ACT), strict=True):
                lines[k]["acts"].append(fields)
        elif name == "retweets":
            for k, act in _rows(table, "line"):
                lines[k]["acts"].append(act)
        else:
            for place, post in _rows(table, "place"):
                details[members[place]["network_id"]]["members"][place].setdefault(name, []).append(post)
    if "said" in found:
        for network in details.values():
            network["said"] = _said_in(network, found["said"])
    return details


def _rows(table: Columns, owner: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a table, each with its owner."""
    names = [name for name in table if name not in (owner, "open")]
    for k, *row in zip(table[owner], *(table[name] for name in names), strict=True):
        yield k, dict(zip(names, row, strict=True))


def _said_in(value: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts of all posts whose ids occur in a value, at any depth."""
    of_post, texts = said["of_post"], said["texts"]
    named: dict[str, int] = {}
    left = [value]
    while left:
        each = left.pop()
        for part in each.values() if isinstance(each, dict) else each:
            if isinstance(part, (dict, list)):
                left.append(part)
            elif isinstance(part, str) and part in of_post:
                named[part] = of_post[part]
    order = {place: k for k, place in enumerate(sorted(set(named.values())))}
    return {"texts": [texts[place] for place in order], "of_post": {post: order[named[post]] for post in sorted(named)}}
