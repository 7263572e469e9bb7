"""Print tables of judgements: measures, recall by role, organic crowds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from judging import ACTIVE, CALLED, Judgement, Measures

#: Measures of a judgement and their column heads.
MEASURES = {
    "AP": "AP",
    "precision": "prec",
    "recall": "recall",
    "reachable": "reach",
    "active": f"n>={ACTIVE}",
    "ARI": "ARI",
    "roles": "roles",
    "organic": "organic",
    "oracle precision": "or.prec",
    "oracle recall": "or.rec",
    "core AP": "coreAP",
    "core AUC": "coreAUC",
    "amplifier AP": "ampAP",
    "amplifier AUC": "ampAUC",
}
LEGEND = """\
All acting accounts; flagged = candidate and not boosted. prec, recall, reach (reachable members), n>=5 (members with
five acts and more), organic (share flagged), ARI of operations and macro-F1 of roles over flagged members; or. = oracle
that knows the core; core, amp = scores highly_engaged and amplifier of all accounts, AUC within doublings of activity.
"""
WIDE = 46


def print_judgements(judgements: list[Judgement], each: bool = True) -> None:
    """Print measures, and for the first method recalls by role and organic crowds.

    If not `each`, rows are kinds of worlds instead of single worlds, and only crowds with flagged accounts are printed.
    """
    print(LEGEND)
    print_measures(judgements, MEASURES, each)
    own = [one for one in judgements if one.method == judgements[0].method]
    print_recalls(own)
    print_crowds(own, flagged_only=not each)


def print_measures(judgements: list[Judgement], shown: dict[str, str], each: bool = True) -> None:
    """Print one row per world if `each`, and the mean and the worst seed of each kind."""
    heads = "".join(f" {head:>7}" for head in shown.values())
    print(f"{'world':<{WIDE}} {'accounts':>9} {'members':>7}{heads} {'s':>5}")
    for heading, group in _by_heading(judgements).items():
        if each or len(group) == 1:
            for one in group:
                _print_row(one.name, one.measures, shown)
        if len(group) > 1:
            _print_row(f"{heading}: mean of {len(group)}", _summary(group, _mean), shown)
            _print_row(f"{heading}: worst", _summary(group, _worst), shown)


def print_recalls(judgements: list[Judgement]) -> None:
    """Print recall by operation and role: accounts of all seeds together, mean and worst seed."""
    parts = [one.recalls.with_columns(kind=pl.lit(one.heading)) for one in judgements if one.recalls.height]
    if not parts:
        return
    counts = (
        pl.concat(parts)
        .group_by("kind", "operation", "role", maintain_order=True)
        .agg(
            pl.col("accounts").sum(),
            pl.col("recall").mean().alias("mean"),
            pl.col("recall").min().alias("worst"),
            pl.col("reachable").sum(),
            pl.col("reached").mean().alias("mean reached"),
            pl.col("reached").min().alias("worst reached"),
        )
    )
    heads = ("accounts", "mean", "worst", "reachable", "mean", "worst")
    print(f"\n{'recall by operation and role':<{WIDE}}" + "".join(f" {head:>9}" for head in heads))
    for kind, operation, role, *values in counts.iter_rows():
        told = (f"{value:,}" if isinstance(value, int) else _figure(value) for value in values)
        print(f"{f'{kind}: {operation} {role}':<{WIDE}}" + "".join(f" {value:>9}" for value in told))


def print_crowds(
    judgements: list[Judgement], shown: tuple[str, ...] = ("flagged", *CALLED), flagged_only: bool = False
) -> None:
    """Print the share of each crowd that is flagged and that is assigned each role, pooled and in the worst seed."""
    shares = {name: pl.col(name) for name in shown}
    crowds = pl.concat(one.crowds.with_columns(kind=pl.lit(one.heading)) for one in judgements)
    table = crowds.group_by("kind", "community", maintain_order=True).agg(
        pl.col("accounts", "flagged").sum(),
        *((count.sum() / pl.col("accounts").sum()).alias(f"{name}: pooled") for name, count in shares.items()),
        *((count / pl.col("accounts")).max().alias(f"{name}: worst") for name, count in shares.items()),
    )
    kept = table.filter(pl.col("flagged") > 0) if flagged_only else table
    heads = "".join(f" {head:>22}" for head in shares)
    print(f"\n{'organic crowd (shares pooled, and worst seed)':<{WIDE}} {'accounts':>9} {'flagged':>8}{heads}")
    for kind, community, accounts, flagged, *rest in kept.iter_rows():
        pairs = zip(rest[: len(shares)], rest[len(shares) :], strict=True)
        told = "".join(f" {pooled:>12.2%} {worst:>9.2%}" for pooled, worst in pairs)
        print(f"{f'{kind}: {community}':<{WIDE}} {accounts:>9,} {flagged:>8,}{told}")
    if others := table.height - kept.height:
        print(f"none flagged in {others} further crowds of {table.filter(flagged=0)['accounts'].sum():,} accounts")


def _by_heading(judgements: list[Judgement]) -> dict[str, list[Judgement]]:
    headings = dict.fromkeys(one.heading for one in judgements)
    return {heading: [one for one in judgements if one.heading == heading] for heading in headings}


def _print_row(name: str, row: Measures, shown: dict[str, str]) -> None:
    values = "".join(f" {_figure(row[measure]):>7}" for measure in shown)
    print(f"{name:<{WIDE}} {row['accounts']:>9,.0f} {row['members']:>7,.0f}{values} {row['seconds']:>5.0f}")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _mean(values: list[float], _: str) -> float:
    return float(np.mean(values))


def _worst(values: list[float], measure: str) -> float:
    return max(values) if measure in {"organic", "seconds"} else min(values)


def _summary(group: list[Judgement], of: Callable[[list[float], str], float]) -> Measures:
    """Compute a statistic of each measure over the seeds that have it."""
    known = {name: [one.measures[name] for one in group] for name in group[0].measures}
    kept = {name: [value for value in values if value is not None] for name, values in known.items()}
    return {name: of(values, name) if values else None for name, values in kept.items()}
