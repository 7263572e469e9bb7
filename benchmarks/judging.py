"""Measures of a detection against the truth of a world, shared by the benchmarks.

A *world* is an activity and one row per account: ``account_id, operation`` (null for organic accounts), ``role``
(``core``, ``amplifier``, ``organic``) and ``community``. All measures are taken over the accounts that act. Operations
whose members all have one role (rings, cross-posters) are right as either role.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

import cib
from cib.evaluation import Ranking, agreement, average_precision

#: Core members are reachable from this number of acts, amplifiers from this number of acts on the core.
REACHABLE = {"core": 3, "amplifier": 2}
#: Accounts with this number of acts or more are measured by themselves.
ACTIVE = 5
#: The rule of the oracle, which knows the core: acts on core members that never act back, and their share of all acts.
AIMED, AIMED_SHARE = 2, 0.10
#: The score of each role.
SCORES = {"core": "highly_engaged", "amplifier": "amplifier"}


class World(NamedTuple):
    """``name`` is the kind of world, a hyphen and the seed."""

    name: str
    activity: cib.Activity
    truth: pl.DataFrame

    @property
    def kind(self) -> str:
        kind, _, seed = self.name.rpartition("-")
        return kind if kind and seed.isdigit() else self.name


class Judgement(NamedTuple):
    """What was measured in one world; ``recalls`` by operation and role, ``crowds`` by organic community."""

    world: str
    kind: str
    measures: dict[str, float | None]
    recalls: pl.DataFrame
    crowds: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        return self._asdict() | {"recalls": self.recalls.to_dicts(), "crowds": self.crowds.to_dicts()}


def read_world(folder: Path) -> World:
    """Read actions, accounts and truth. A hash stands for the text; a mention is a post that names its target."""
    actions = pl.read_parquet(folder / "actions.parquet")
    if "text" not in actions.columns:
        actions = actions.rename({"text_hash": "text"})
    actions = actions.with_columns(pl.col("text").cast(pl.String))
    activity = cib.read(actions, accounts=pl.read_parquet(folder / "accounts.parquet"), progress=False)
    return World(folder.name, activity, pl.read_parquet(folder / "truth.parquet").cast({"account_id": pl.String}))


def simulated_world(kind: str, seed: int, scenario: str, **options: Any) -> World:
    """A world of the package's simulator, with its roles in the words used here."""
    activity, truth = cib.simulate(scenario, seed=seed, **options)
    amplifies = pl.col("role") == "amplifier"
    role = pl.when(pl.col("operation").is_null()).then(pl.lit("organic"))
    role = role.when(amplifies).then(pl.lit("amplifier")).otherwise(pl.lit("core"))
    return World(f"{kind}-{seed}", activity, truth.with_columns(role=role))


def judge(world: World, settings: cib.Settings | None = None) -> Judgement:
    """Run the detection at default settings and measure it."""
    start = time.perf_counter()
    found = cib.detect(world.activity, settings, progress=False)
    seconds = time.perf_counter() - start
    table = judged_accounts(world, found.table)
    named = {"accounts": table.height, "positives": table["operation"].count(), "seconds": seconds}
    return Judgement(world.name, world.kind, named | measures(table), recalls(table), crowds(table))


def flagged() -> pl.Expr:
    """Whether an account is flagged: a member of a candidate network that was not merely boosted by it."""
    boosted = (pl.col("joined") == "boosted").fill_null(False)
    return (pl.col("verdict") == "candidate").fill_null(False) & ~boosted


def named_roles() -> pl.Expr:
    """The role that the detection names for an account: the one in its network, else its own."""
    inside = pl.col("network_role").replace_strict({"core": "highly_engaged", "amplifier": "amplifier"}, default=None)
    return pl.coalesce(pl.when("flagged").then(inside), "named")


def has(roles: pl.Series, role: str) -> pl.Series:
    """Whether accounts have a role; who is 'both' has both."""
    return roles.is_in([role, "both"]).fill_null(value=False)


def judged_accounts(world: World, found: pl.DataFrame) -> pl.DataFrame:
    """One row per acting account: its truth, its acts, and what the detection says of it."""
    acts = world.activity.posts_table.group_by("account_id").agg(acts=pl.len())
    single = pl.col("role").n_unique().over("operation") == 1
    truth = world.truth.select(
        "account_id", "operation", "community", "role", either=pl.col("operation").is_not_null() & single
    )
    table = acts.join(truth, on="account_id")
    core = table.filter(pl.col("operation").is_not_null() & (pl.col("either") | (pl.col("role") == "core")))
    found = found.rename({"role": "named"}).with_columns(flagged=flagged())
    return (
        table.join(aims(world.activity, core["account_id"]), on="account_id", how="left")
        .join(found, on="account_id", how="left")
        .with_columns(pl.col("aimed", "one_sided", "coordination").fill_null(0), pl.col("flagged").fill_null(False))
        .with_columns(is_core=pl.col("account_id").is_in(core["account_id"].implode()))
        .sort("account_id")
    )


def aims(activity: cib.Activity, core: pl.Series) -> pl.DataFrame:
    """Acts of each account on the core: ``aimed``, and of these ``one_sided``, on members that never act on it."""
    posts = activity.posts_table.with_row_index("act")
    ends = [posts.select("act", "account_id", other="target_account_id")]
    if "mentions" in posts.columns:
        ends.append(posts.select("act", "account_id", other="mentions").explode("other"))
    acts = pl.concat(ends).drop_nulls().unique().filter(pl.col("account_id") != pl.col("other"))
    back = acts.select(account_id="other", other="account_id").unique()
    aimed = acts.filter(pl.col("other").is_in(core.implode()))
    one_sided = aimed.join(back, on=["account_id", "other"], how="anti")
    counts = [
        rows.group_by("account_id").agg(pl.col("act").n_unique().alias(name))
        for name, rows in (("aimed", aimed), ("one_sided", one_sided))
    ]
    return counts[0].join(counts[1], on="account_id", how="left")


def measures(table: pl.DataFrame) -> dict[str, float | None]:
    """The measures of one world; None where there is nothing to measure."""
    positive = pl.col("operation").is_not_null()
    members = table.filter(positive)
    told = members.filter("flagged")
    oracle = table.filter(
        pl.col("is_core") | ((pl.col("one_sided") >= AIMED) & (pl.col("one_sided") >= AIMED_SHARE * pl.col("acts")))
    )
    return {
        "AP": ranked(table, positive, "coordination"),
        "precision": mean(table.filter("flagged"), positive),
        "recall": mean(members, pl.col("flagged")),
        "reachable": mean(members.filter(reachable()), pl.col("flagged")),
        "active": mean(members.filter(pl.col("acts") >= ACTIVE), pl.col("flagged")),
        "ARI": agreement(told["operation"], told["network_id"])[0] if told["operation"].n_unique() > 1 else None,
        "roles": role_macro_f1(table),
        "organic": mean(table.filter(~positive), pl.col("flagged")),
        "oracle precision": mean(oracle, positive),
        "oracle recall": oracle.filter(positive).height / members.height if members.height else None,
        **score_measures(table),
    }


def reachable() -> pl.Expr:
    """Members that can be found: enough acts, or for amplifiers of an operation with a core enough acts on it."""
    by_acts = pl.col("acts") >= REACHABLE["core"]
    return pl.when("is_core").then(by_acts).otherwise(pl.col("aimed") >= REACHABLE["amplifier"])


def mean(table: pl.DataFrame, what: pl.Expr) -> float | None:
    return table.select(what.mean()).item()


def ranked(table: pl.DataFrame, positive: pl.Expr, score: str) -> float | None:
    """Average precision over all acting accounts; without a score an account comes last."""
    truth = table.select(positive).to_series().to_numpy()
    return average_precision(truth, table[score].fill_null(0).to_numpy()) if truth.any() else None


def matched_auc(positive: np.ndarray, score: np.ndarray, acts: np.ndarray) -> float | None:
    """Mean AUC within doublings of the number of acts, weighted by the number of positives.

    >>> matched_auc(np.array([True, False, True, False]), np.array([2, 1, 1, 2]), np.array([2, 3, 8, 9]))
    0.5
    """
    doubling = np.floor(np.log2(acts))
    parts = [doubling == level for level in np.unique(doubling)]
    weight = np.array([positive[part].sum() for part in parts])
    auc = np.array([Ranking.of(positive[part], score[part]).roc_auc for part in parts])
    known = ~np.isnan(auc) & (weight > 0)
    return float(np.average(auc[known], weights=weight[known])) if known.any() else None


def score_measures(table: pl.DataFrame) -> dict[str, float | None]:
    """How well the score of each role ranks its accounts among all, with and without the help of activity."""
    found = {}
    for role, score in SCORES.items():
        positive = pl.col("operation").is_not_null() & (pl.col("role") == role)
        truth = table.select(positive).to_series().to_numpy()
        found[f"{role} AP"] = ranked(table, positive, score)
        found[f"{role} AUC"] = matched_auc(truth, table[score].fill_null(0).to_numpy(), table["acts"].to_numpy())
    return found


def role_macro_f1(table: pl.DataFrame) -> float | None:
    """Mean F1 of the roles named for flagged members; a role of a world with both that nobody was found in counts 0."""
    members = table.filter(pl.col("operation").is_not_null())
    told = members.filter("flagged")
    called = {role: has(told.select(named_roles()).to_series(), name) for role, name in SCORES.items()}
    right = told["either"] & (called["core"] | called["amplifier"])
    parts = []
    for role, calls in called.items():
        true = (right & calls) | (~right & (told["role"] == role))
        asked = members.filter(~pl.col("either"))["role"].is_in([role]).any()
        if total := true.sum() + calls.sum():
            parts.append(2 * (true & calls).sum() / total)
        elif asked:
            parts.append(0.0)
    return float(np.mean(parts)) if told.height else None


def recalls(table: pl.DataFrame) -> pl.DataFrame:
    """Accounts and recall by operation and role, of all acting members and of the reachable ones."""
    members = table.filter(pl.col("operation").is_not_null()).with_columns(reached=reachable())
    found = pl.col("flagged").mean()
    return (
        members.group_by("operation", "role")
        .agg(
            accounts=pl.len(),
            recall=found,
            reachable=pl.col("reached").sum(),
            reached=pl.col("flagged").filter("reached").mean(),
        )
        .sort("operation", "role")
    )


def crowds(table: pl.DataFrame) -> pl.DataFrame:
    """Organic accounts by community: how many were flagged, and how many got each role name."""
    named = table.select(named_roles()).to_series()
    counts = {name: has(named, name) for name in SCORES.values()}
    return (
        table.with_columns(**counts)
        .filter(pl.col("operation").is_null())
        .group_by("community")
        .agg(accounts=pl.len(), flagged=pl.col("flagged").sum(), **{name: pl.col(name).sum() for name in counts})
        .sort("community")
    )


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


def print_judgements(judgements: list[Judgement]) -> None:
    """Print every world, the mean and worst seed of each kind, recalls by role, and organic crowds."""
    width = max(len(one.world) for one in judgements) + 6
    print("All acting accounts; flagged = candidate and not boosted; reach = reachable; or. = oracle, core known;")
    print("core, amp = scores highly_engaged and amplifier; AUC within doublings of the number of acts.\n")
    print(
        f"{'world':<{width}} {'accounts':>8} {'members':>7} "
        + " ".join(f"{head:>7}" for head in MEASURES.values())
        + "     s"
    )
    for kind, group in by_kind(judgements):
        for one in group:
            print(_row(one.world, one.measures, width))
        if len(group) > 1:
            print(_row(f"{kind} mean", _summary(group, np.mean), width))
            print(_row(f"{kind} worst", _summary(group, _worst), width))
    _print_recalls(judgements)
    _print_crowds(judgements)


def by_kind(judgements: list[Judgement]) -> list[tuple[str, list[Judgement]]]:
    kinds = dict.fromkeys(one.kind for one in judgements)
    return [(kind, [one for one in judgements if one.kind == kind]) for kind in kinds]


def _row(name: str, row: dict[str, float | None], width: int) -> str:
    values = " ".join(f"{_figure(row[measure]):>7}" for measure in MEASURES)
    return f"{name:<{width}} {row['accounts']:>8,.0f} {row['positives']:>7,.0f} {values} {row['seconds']:>5.0f}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _worst(values: list[float], measure: str) -> float:
    return max(values) if measure in {"organic", "seconds"} else min(values)


def _summary(group: list[Judgement], of: Any) -> dict[str, float | None]:
    """A statistic of each measure over the seeds that have it."""
    known = {
        name: [one.measures[name] for one in group if one.measures[name] is not None] for name in group[0].measures
    }
    return {
        name: (of(values, name) if of is _worst else of(values)) if values else None for name, values in known.items()
    }


def _print_recalls(judgements: list[Judgement]) -> None:
    """Recall by operation and role: all seeds together, mean and worst seed."""
    parts = [one.recalls.with_columns(kind=pl.lit(one.kind)) for one in judgements if one.recalls.height]
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
    print(f"\n{'recall by operation and role':<44}" + "".join(f" {head:>9}" for head in heads))
    for kind, operation, role, *values in counts.iter_rows():
        told = (f"{value:,}" if isinstance(value, int) else _figure(value) for value in values)
        print(f"{f'{kind}: {operation} {role}':<44}" + "".join(f" {value:>9}" for value in told))


def _print_crowds(judgements: list[Judgement]) -> None:
    """Share of each organic crowd that is flagged, pooled and in the worst seed, and that gets each role name."""
    parts = [one.crowds.with_columns(kind=pl.lit(one.kind)) for one in judgements]
    counts = (
        pl.concat(parts)
        .group_by("kind", "community", maintain_order=True)
        .agg(
            pl.col("accounts", "flagged", *SCORES.values()).sum(),
            (pl.col("flagged") / pl.col("accounts")).max().alias("worst"),
        )
    )
    heads = ("accounts", "flagged", "pooled", "worst", *SCORES.values())
    print(f"\n{'organic crowd':<44}" + "".join(f" {head:>14}" for head in heads))
    for kind, community, n, taken, *named, worst in counts.iter_rows():
        shares = "".join(f" {share:>14.2%}" for share in (taken / n, worst, *(count / n for count in named)))
        print(f"{f'{kind}: {community}':<44} {n:>14,} {taken:>14,}{shares}")
