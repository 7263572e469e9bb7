"""STIX 2.1 bundle of the candidates, for the exchange of findings.

A candidate is a *Grouping* of accounts with low confidence, never a campaign or threat actor, as its operator is not
known. DISARM techniques are referenced by their ids, for comparison only.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cib.errors import MissingDependencyError
from cib.networks.network import Network
from cib.reports.anonymity import public_about
from cib.reports.files import atomically
from cib.reports.limits import LIMITS
from cib.reports.pseudonyms import Pseudonyms
from cib.reports.result import Result, about
from cib.sources.registry import known_formats

__all__ = ["write_stix"]

#: Confidence on the STIX scale (0 to 100): low, at most "possibly true" on the admiralty scale, for any evidence.
CONFIDENCE = 15

#: Techniques of the DISARM red framework as of February 2025, by kind of shared object.
DISARM = {
    **dict.fromkeys(("post", "author"), "T0118"),
    "hashtag": "T0049.002",
    **dict.fromkeys(("text", "near-text", "reworded"), "T0084.001"),
}

#: STIX names of platforms that differ from ours.
_ACCOUNT_TYPES = {"x": "twitter"}

_OURS = uuid.uuid5(uuid.NAMESPACE_DNS, "cib-detect")


def write_stix(result: Result, path: Path, *, reveal_ids: bool = False) -> None:
    """Write the networks with verdict ``candidate`` as a bundle.

    Parameters
    ----------
    result : Detection
    path : Path
    reveal_ids : bool
        Whether to write account ids instead of pseudonyms.

    Raises
    ------
    MissingDependencyError
        If stix2 is not installed.
    """
    try:
        import stix2
    except ImportError as error:
        raise MissingDependencyError(
            "STIX needs stix2", remedy="Install it: pip install 'cib-detect[stix]'."
        ) from error
    names = None if reveal_ids else Pseudonyms()
    platform = _account_type(result.imported.format) if reveal_ids else None
    made = {"created": result.imported.last or datetime(1970, 1, 1, tzinfo=UTC)}
    made["modified"] = made["created"]
    objects: list[Any] = []
    groupings = []
    for network in result.networks.with_verdict("candidate"):
        ids = network.members["account_id"]
        shown = (ids if names is None else names.of_all("account", ids)).sort()
        accounts = [stix2.UserAccount(user_id=each, account_type=platform) for each in shown]
        grouping = stix2.Grouping(
            id=f"grouping--{uuid.uuid5(_OURS, f'{result.fingerprint} {network.id}')}",
            name=f"Candidate network {network.id}",
            description=" ".join([*(f"{reason}." for reason in network.reasons), LIMITS]),
            context="suspicious-activity",
            confidence=CONFIDENCE,
            object_refs=[account.id for account in accounts],
            external_references=list(_techniques(result, network)) or None,
            **made,
        )
        objects += [*accounts, grouping]
        groupings.append(grouping.id)
    if groupings:
        told = about(result) if reveal_ids else public_about(about(result))
        del told["limits"]
        objects.append(
            stix2.Note(
                id=f"note--{uuid.uuid5(_OURS, result.fingerprint)}",
                abstract=LIMITS,
                content=json.dumps(told, ensure_ascii=False, sort_keys=True, default=str),
                object_refs=groupings,
                **made,
            )
        )
    bundle = stix2.Bundle(*objects, id=f"bundle--{uuid.uuid5(_OURS, f'bundle {result.fingerprint}')}")
    atomically(path, lambda target: target.write_text(bundle.serialize(indent=2), encoding="utf-8"))


def _account_type(format: str) -> str | None:
    """Return the STIX name of the platform; it is part of the STIX ids, as user ids are unique per platform only."""
    known = known_formats().get(format.partition(":")[0].strip())
    return _ACCOUNT_TYPES.get(known.platform, known.platform) if known and known.platform else None


def _techniques(result: Result, network: Network) -> Iterator[dict[str, str]]:
    layers = network.statistics["layer"].unique().to_list()
    kinds = {result.graphs[layer].construction.objects for layer in layers if layer in result.graphs}
    for technique in sorted({DISARM[kind] for kind in kinds if kind in DISARM}):
        yield {
            "source_name": "DISARM",
            "external_id": technique,
            "description": "To compare with; not established here.",
        }
