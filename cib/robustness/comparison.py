"""Compare two results: what differs, and which choice causes the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from html import escape
from typing import Any

import polars as pl

from cib.activity import to_library
from cib.networks.network import Networks
from cib.progress import stage
from cib.robustness.matching import agreement, together
from cib.robustness.reruns import Rerun
from cib.settings import Settings

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Differences between two results.

    Parameters
    ----------
    account_table : polars.DataFrame
        One row per account that is in a network of either result: ``account_id, network_id, other_network_id, verdict,
        other_verdict, change``. ``change`` is ``kept`` (in matching networks), ``moved`` (in networks that do not
        match), ``gone`` (in no network of the other result) or ``new`` (only there).
    network_table : polars.DataFrame
        One row per pair of matching networks (they share half of the smaller one), or network without a match:
        ``network_id, other, accounts, others, shared, jaccard, verdict, other_verdict``.
    choice_table : polars.DataFrame
        One row per choice that differs: ``choice, here, there``, and the effect of this choice alone on the first
        result: differences in the number of ``networks`` and ``candidates``, numbers of ``new`` and ``gone`` accounts,
        and ``agreement`` with the other result (Jaccard similarity of the accounts in networks). The effect is null
        if a choice cannot be varied alone.
    agreement : float
        Jaccard similarity of the accounts in networks of both results.
    library : str
        Library of the frames.
    """

    account_table: pl.DataFrame
    network_table: pl.DataFrame
    choice_table: pl.DataFrame
    agreement: float
    library: str = "polars"

    @property
    def accounts(self) -> Any:
        """Return :attr:`account_table` in the library of the activity."""
        return to_library(self.account_table, self.library)

    @property
    def networks(self) -> Any:
        """Return :attr:`network_table` in the library of the activity."""
        return to_library(self.network_table, self.library)

    @property
    def choices(self) -> Any:
        """Return :attr:`choice_table` in the library of the activity."""
        return to_library(self.choice_table, self.library)

    def __repr__(self) -> str:
        return "Comparison\n" + "\n".join(f"  {line}" for line in self._lines())

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(line)}" for line in self._lines())
        return f"<p><b>Comparison</b></p><ul>{said}</ul>{self.network_table._repr_html_()}"

    def _lines(self) -> Iterator[str]:
        counts = dict(self.account_table["change"].value_counts().iter_rows())
        told = ", ".join(f"{counts.get(change, 0):,} {change}" for change in ("kept", "moved", "gone", "new"))
        yield f"accounts in networks: {told}; agreement {self.agreement:.2f}"
        pairs = self.network_table.drop_nulls()
        changed = pairs.filter(pl.col("verdict") != pl.col("other_verdict")).height
        alone = [self.network_table[name].null_count() for name in ("other", "network_id")]
        yield (
            f"networks: {pairs['network_id'].n_unique():,} go together with one there, {changed:,} of them with "
            f"another verdict; {alone[0]:,} without a counterpart, {alone[1]:,} only there"
        )
        for row in self.choice_table.iter_rows(named=True):
            effect = "not tried alone"
            if row["agreement"] is not None:
                effect = (
                    f"alone: {row['networks']:+d} networks, {row['candidates']:+d} candidates, {row['new']:,} accounts "
                    f"new, {row['gone']:,} gone"
                )
            yield f"{row['choice']}: {row['here']} here, {row['there']} there; {effect}"
        if self.choice_table.is_empty():
            yield "no choice differs"


def compare(
    here: Rerun, there: Rerun, *, same_activity: bool, because: bool = True, progress: bool = True
) -> Comparison:
    """Compare two results.

    Parameters
    ----------
    here, there : Rerun
    same_activity : bool
        Whether both are results of the same activity; if not, ``activity`` is one of the choices.
    because : bool
        Whether to search again with each choice that differs, to measure its effect.
    progress : bool
        Whether to print one line per search to standard error.
    """
    rows: list[dict[str, Any]] = []
    for choice, values, changed in _choices(here, there, same_activity):
        effect: dict[str, Any] = dict.fromkeys(_EFFECT)
        if because and changed is not None:
            with stage(choice, progress):
                effect = _effect(here.networks, changed.search_again(), there.networks)
        rows.append({"choice": choice, "here": values[0], "there": values[1], **effect})
    return Comparison(
        _accounts(here.networks, there.networks),
        _networks(here.networks, there.networks),
        pl.DataFrame(rows, schema={**dict.fromkeys(("choice", "here", "there"), pl.String), **_EFFECT}),
        agreement(here.networks.members, there.networks.members),
        here.activity.library,
    )


_EFFECT: dict[str, Any] = {
    **dict.fromkeys(("networks", "candidates", "new", "gone"), pl.Int64),
    "agreement": pl.Float64,
}


def _choices(here: Rerun, there: Rerun, same_activity: bool) -> Iterator[tuple[str, tuple[str, str], Rerun | None]]:
    """Yield each choice that differs: its name, both values, and a rerun that differs from `here` in it alone."""
    if not same_activity:
        yield (
            "activity",
            (here.activity.imported.source, there.activity.imported.source),
            replace(here, activity=there.activity),
        )
    mine, other = here.settings, there.settings
    plain = mine.to_dict(), other.to_dict()  # in which '60s' and 60 are one window
    for layer in (*mine.layers, *other.layers):
        if (layer.to_dict() in plain[0]["layers"]) != (layer.to_dict() in plain[1]["layers"]):
            has = ("yes", "no") if layer in mine.layers else ("no", "yes")
            kept = tuple(each for each in mine.layers if each != layer)
            layers = kept if layer in mine.layers else (*mine.layers, layer)
            yield f"layer {layer!r}", has, _with(here, layers=layers) if layers else None
    for field in fields(mine.rule):
        values = (getattr(mine.rule, field.name), getattr(other.rule, field.name))
        if values[0] != values[1]:
            rule = replace(mine.rule, **{field.name: values[1]})
            yield f"rule.{field.name}", (str(values[0]), str(values[1])), _with(here, rule=rule)
    roles = [{role.name: role.weights for role in each.roles} for each in (mine, other)]
    for name in dict.fromkeys((*roles[0], *roles[1])):
        weights = [each.get(name) for each in roles]
        if weights[0] != weights[1]:
            yield f"role {name!r}", (_weights(weights[0]), _weights(weights[1])), None
    for field in fields(Settings):
        if field.name not in ("layers", "rule", "roles") and plain[0][field.name] != plain[1][field.name]:
            value = getattr(other, field.name)
            # features change the role scores, which are computed with the whole result
            changed = None if field.name == "features" else _with(here, **{field.name: value})
            yield field.name, (str(getattr(mine, field.name)), str(value)), changed


def _weights(weights: Mapping[str, float] | None) -> str:
    return "no" if weights is None else ", ".join(f"{name} {weight:g}" for name, weight in weights.items())


def _with(rerun: Rerun, **choice: Any) -> Rerun:
    return replace(rerun, settings=replace(rerun.settings, **choice))


def _effect(before: Networks, after: Networks, there: Networks) -> dict[str, Any]:
    members = before.members, after.members
    return {
        "networks": len(after) - len(before),
        "candidates": len(after.with_verdict("candidate")) - len(before.with_verdict("candidate")),
        "new": members[1].join(members[0], on="account_id", how="anti").height,
        "gone": members[0].join(members[1], on="account_id", how="anti").height,
        "agreement": agreement(after.members, there.members),
    }


def _accounts(here: Networks, there: Networks) -> pl.DataFrame:
    columns = ("account_id", "network_id", "verdict")
    renamed = there.members.select(*columns).rename({"network_id": "other_network_id", "verdict": "other_verdict"})
    table = here.members.select(*columns).join(renamed, on="account_id", how="full", coalesce=True)
    alike = together(here.members, there.members).select("network_id", other_network_id="other", alike=True)
    table = table.join(alike, on=["network_id", "other_network_id"], how="left")
    change = (
        pl.when(pl.col("network_id").is_null())
        .then(pl.lit("new"))
        .when(pl.col("other_network_id").is_null())
        .then(pl.lit("gone"))
        .when(pl.col("alike"))
        .then(pl.lit("kept"))
        .otherwise(pl.lit("moved"))
    )
    order = ("account_id", "network_id", "other_network_id", "verdict", "other_verdict")
    return table.select(*order, change=change).sort("account_id")


def _networks(here: Networks, there: Networks) -> pl.DataFrame:
    sizes, others = (
        networks.table.select(
            "network_id", "verdict", accounts=pl.col("accounts").cast(pl.Int64), place=pl.int_range(pl.len())
        )
        for networks in (here, there)
    )
    others = others.rename(
        {"network_id": "other", "verdict": "other_verdict", "accounts": "others", "place": "other_place"}
    )
    pairs = together(here.members, there.members).select(
        "network_id", "other", pl.col("shared").cast(pl.Int64), "jaccard"
    )
    table = sizes.join(pairs, on="network_id", how="left").join(others, on="other", how="full", coalesce=True)
    table = table.sort("place", "other_place", nulls_last=True)
    return table.select("network_id", "other", "accounts", "others", "shared", "jaccard", "verdict", "other_verdict")
