"""Measure a detection against the ground truth of a world; shared by the benchmarks.

A *world* is an activity and one row per account: ``account_id, operation`` (null for organic accounts), ``role``
(``core``, ``amplifier``, ``both`` or ``organic``) and ``community``. All measures are computed over the accounts that
act. Members of operations in which all have one role (rings, cross-posters) are correct as core and as amplifier.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

import cib
from cib.evaluation import Ranking, agreement, average_precision

#: Minimum number of actions of reachable core members, and of actions on the core of reachable amplifiers.
REACHABLE = {"core": 3, "amplifier": 2}
#: Minimum number of actions of active accounts, which are measured separately.
ACTIVE = 5
#: Rule of the oracle, which knows the core: minimum number of actions on core members that never act back, and their
#: minimum share of all actions.
AIMED, AIMED_SHARE = 2, 0.10
#: Score column, and name in a detection, of each role.
SCORES = {"core": "highly_engaged", "amplifier": "amplifier"}
#: Columns of crowds that count the accounts with the name of each role.
CALLED = tuple(f"called {name}" for name in SCORES.values())
#: Columns that a method may return for an account, and their defaults.
SAID = {
    "coordination": pl.lit(0.0),
    "verdict": pl.lit(None, pl.String),
    "joined": pl.lit(None, pl.String),
    "network_id": pl.lit(None, pl.String),
    "campaign": pl.lit(None, pl.String),
    "network_role": pl.lit(None, pl.String),
    "role": pl.lit(None, pl.String),
    "highly_engaged": pl.lit(None, pl.Float64),
    "amplifier": pl.lit(None, pl.Float64),
}

#: Function of an activity that returns one row per account with some of the columns of :data:`SAID`.
Method = Callable[[cib.Activity], pl.DataFrame]
Measures = dict[str, float | None]


class World(NamedTuple):
    """An activity with its ground truth; ``kind`` of world, and the seed if there is one."""

    kind: str
    seed: int | None
    activity: cib.Activity
    truth: pl.DataFrame

    @property
    def name(self) -> str:
        return self.kind if self.seed is None else f"{self.kind}-{self.seed}"


class Judgement(NamedTuple):
    """Measures of one method in one world; ``recalls`` by operation and role, ``crowds`` by organic community."""

    method: str
    world: str
    kind: str
    measures: Measures
    recalls: pl.DataFrame
    crowds: pl.DataFrame

    @property
    def name(self) -> str:
        """Return the world, and the method unless it is that of the package."""
        return self.world if self.method == "cib" else f"{self.world} {self.method}"

    @property
    def heading(self) -> str:
        """Return the kind of world, and the method unless it is that of the package."""
        return self.kind if self.method == "cib" else f"{self.kind} {self.method}"

    def to_dict(self) -> dict[str, Any]:
        return self._asdict() | {"recalls": self.recalls.to_dicts(), "crowds": self.crowds.to_dicts()}


# ------------------------------------------------------------------ worlds


def read_world(folder: Path) -> World:
    """Read actions, accounts and truth; a hash may replace the text, and mentions are posts that name their target."""
    actions = pl.read_parquet(folder / "actions.parquet")
    if "text" not in actions.columns:
        actions = actions.rename({"text_hash": "text"})
    actions = actions.with_columns(pl.col("text").cast(pl.String))
    activity = cib.read(actions, accounts=pl.read_parquet(folder / "accounts.parquet"), progress=False)
    kind, _, seed = folder.name.rpartition("-")
    named = (kind, int(seed)) if kind and seed.isdigit() else (folder.name, None)
    return World(*named, activity, pl.read_parquet(folder / "truth.parquet").cast({"account_id": pl.String}))


def simulated_world(kind: str, seed: int, scenario: str, **options: Any) -> World:
    """Create a world of the package's simulator, with the role names used here."""
    activity, truth = cib.simulate(scenario, seed=seed, **options)
    return World(kind, seed, activity, renamed_roles(truth))


def renamed_roles(truth: pl.DataFrame) -> pl.DataFrame:
    """Rename the roles of the simulator; members that are neither boosted nor amplifiers count as core."""
    member = pl.col("operation").is_not_null()
    names = {name: role for role, name in SCORES.items()} | {"both": "both"}
    role = pl.col("role").replace_strict(names, default="core")
    return truth.with_columns(role=pl.when(member).then(role).otherwise(pl.lit("organic")))


# ---------------------------------------------------------------- accounts


def flagged() -> pl.Expr:
    """Return whether an account is flagged: a member of a candidate network that was not merely boosted by it."""
    boosted = (pl.col("joined") == "boosted").fill_null(False)
    return (pl.col("verdict") == "candidate").fill_null(False) & ~boosted


def scored(activity: cib.Activity, reference: str | None = None) -> pl.DataFrame:
    """Return the role scores of the package, without detection."""
    features = cib.extract(activity)
    return cib.RoleScorer(reference=reference).fit(features).score(features).table


def detected(activity: cib.Activity) -> pl.DataFrame:
    """Return the detection of the package at default settings."""
    return cib.detect(activity, progress=False).table


def named_roles() -> pl.Expr:
    """Return the role that the detection assigns to an account: the one in its network, else its own."""
    inside = pl.col("network_role").replace_strict({"core": "highly_engaged", "amplifier": "amplifier"}, default=None)
    return pl.coalesce(pl.when("flagged").then(inside), "named")


def has(roles: pl.Series, role: str) -> pl.Series:
    """Return whether accounts have a role; 'both' includes both roles."""
    return roles.is_in([role, "both"]).fill_null(value=False)


def judged_accounts(world: World, found: pl.DataFrame) -> pl.DataFrame:
    """Return one row per acting account: its truth, its actions, and the output of a method.

    ``named`` is the role that the method assigns, ``either`` marks members that are correct as core and as amplifier.
    """
    member = pl.col("operation").is_not_null()
    single = pl.col("role").n_unique().over("operation") == 1
    acts = world.activity.posts_table.group_by("account_id").agg(acts=pl.len())
    truth = world.truth.select("account_id", "operation", "community", "role", either=member & single)
    table = acts.join(truth, on="account_id")
    is_core = member & (pl.col("either") | pl.col("role").is_in(["core", "both"]))
    table = table.with_columns(is_core=is_core)
    said = found.select(
        "account_id", *(name if name in found.columns else fill.alias(name) for name, fill in SAID.items())
    )
    said = said.with_columns(flagged=flagged()).rename({"role": "named"}).with_columns(named=named_roles())
    return (
        table.join(aims(world.activity, table.filter("is_core")["account_id"]), on="account_id", how="left")
        .join(said, on="account_id", how="left")
        .with_columns(pl.col("aimed", "one_sided", "coordination").fill_null(0), pl.col("flagged").fill_null(False))
        .sort("account_id")
    )


def aims(activity: cib.Activity, core: pl.Series) -> pl.DataFrame:
    """Count the actions of each account on the core (``aimed``), and on members that never act back (``one_sided``)."""
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


# ---------------------------------------------------------------- measures


def judge(world: World, method: Method = detected, name: str = "cib") -> Judgement:
    """Run a method and measure its output."""
    start = time.perf_counter()
    found = method(world.activity)
    seconds = time.perf_counter() - start
    table = judged_accounts(world, found)
    sizes: Measures = {"accounts": table.height, "members": table["operation"].count(), "seconds": seconds}
    return Judgement(name, world.name, world.kind, sizes | measures(table), recalls(table), crowds(table))


def measures(table: pl.DataFrame) -> Measures:
    """Compute the measures of one world; None where undefined."""
    member = pl.col("operation").is_not_null()
    members = table.filter(member)
    told = members.filter("flagged").with_columns(pl.coalesce("campaign", "network_id").alias("campaign"))
    oracle = table.filter(oracle_rule())
    return {
        "AP": ranked(table, member, "coordination"),
        "precision": mean(table.filter("flagged"), member),
        "recall": mean(members, pl.col("flagged")),
        "reachable": mean(members.filter(reachable()), pl.col("flagged")),
        "active": mean(members.filter(pl.col("acts") >= ACTIVE), pl.col("flagged")),
        "ARI": agreement(told["operation"], told["campaign"])[0] if told["operation"].n_unique() > 1 else None,
        "roles": role_macro_f1(members),
        "organic": mean(table.filter(~member), pl.col("flagged")),
        "oracle precision": mean(oracle, member),
        "oracle recall": mean(members, oracle_rule()),
        **score_measures(table),
    }


def reachable() -> pl.Expr:
    """Return whether members can be found: enough actions, or for amplifiers enough actions on the core."""
    by_acts = pl.col("acts") >= REACHABLE["core"]
    return pl.when("is_core").then(by_acts).otherwise(pl.col("aimed") >= REACHABLE["amplifier"])


def oracle_rule() -> pl.Expr:
    """Return whether the oracle flags an account: the core, and accounts with enough one-sided actions on it."""
    enough = pl.col("one_sided") >= AIMED
    return pl.col("is_core") | (enough & (pl.col("one_sided") >= AIMED_SHARE * pl.col("acts")))


def mean(table: pl.DataFrame, what: pl.Expr) -> float | None:
    return table.select(what.mean()).item()


def ranked(table: pl.DataFrame, positive: pl.Expr, score: str) -> float | None:
    """Compute the average precision over all acting accounts; accounts without a score are last."""
    truth = table.select(positive).to_series().to_numpy()
    return average_precision(truth, table[score].fill_null(0).to_numpy()) if truth.any() else None


def matched_auc(positive: np.ndarray, score: np.ndarray, acts: np.ndarray) -> float | None:
    """Compute the mean AUC within doublings of the number of actions, weighted by the number of positives."""
    doubling = np.floor(np.log2(acts))
    parts = [doubling == level for level in np.unique(doubling)]
    weight = np.array([positive[part].sum() for part in parts])
    auc = np.array([Ranking.of(positive[part], score[part]).roc_auc for part in parts])
    known = ~np.isnan(auc)
    return float(np.average(auc[known], weights=weight[known])) if known.any() else None


def score_measures(table: pl.DataFrame) -> Measures:
    """Measure how well the score of each role ranks its accounts among all accounts, and among equally active ones."""
    found: Measures = {}
    for role, score in SCORES.items():
        positive = pl.col("operation").is_not_null() & pl.col("role").is_in([role, "both"])
        truth, scores = table.select(positive).to_series().to_numpy(), table[score].fill_null(0).to_numpy()
        known = bool(table[score].count())
        found[f"{role} AP"] = ranked(table, positive, score) if known else None
        found[f"{role} AUC"] = matched_auc(truth, scores, table["acts"].to_numpy()) if known else None
        found[f"{role} AP by acts"] = ranked(table, positive, "acts")
    return found


def role_macro_f1(members: pl.DataFrame) -> float | None:
    """Compute the mean F1 of both roles among flagged members; None if none is flagged or no role is assigned.

    A role that occurs in operations with both roles, but not among flagged members, counts as 0. A role that neither
    occurs nor is assigned is left out.
    """
    told = members.filter("flagged").with_columns(pl.coalesce("campaign", "network_id").alias("campaign"))
    asked = set(members.filter(~pl.col("either"))["role"])
    parts = {role: score for role, score in role_f1(told).items() if score is not None or {role, "both"} & asked}
    return float(np.mean([score or 0 for score in parts.values()])) if told["named"].count() else None


def role_f1(members: pl.DataFrame) -> dict[str, float | None]:
    """Compute the F1 of the assigned roles of members; None for a role that neither occurs nor is assigned."""
    called = {role: has(members["named"], name) for role, name in SCORES.items()}
    right = members["either"] & (called["core"] | called["amplifier"])
    scores = {}
    for role, calls in called.items():
        true = (right & calls) | (~right & has(members["role"], role))
        total = true.sum() + calls.sum()
        scores[role] = 2 * (true & calls).sum() / total if total else None
    return scores


def told_apart(world: World, found: pl.DataFrame) -> pl.DataFrame:
    """Return the acting members of operations with both roles."""
    return judged_accounts(world, found).filter(pl.col("operation").is_not_null(), ~pl.col("either"))


def core_auc(members: pl.DataFrame) -> float:
    """Compute the probability that a core member, or one with both roles, has a higher core score than an amplifier."""
    return Ranking.of(has(members["role"], "core").to_numpy(), members[SCORES["core"]].to_numpy()).roc_auc


def recalls(table: pl.DataFrame) -> pl.DataFrame:
    """Return accounts and recall by operation and role, of all acting members and of the reachable ones."""
    members = table.filter(pl.col("operation").is_not_null()).with_columns(reached=reachable())
    return (
        members.group_by("operation", "role")
        .agg(
            accounts=pl.len(),
            recall=pl.col("flagged").mean(),
            reachable=pl.col("reached").sum(),
            reached=pl.col("flagged").filter("reached").mean(),
        )
        .sort("operation", "role")
    )


def crowds(table: pl.DataFrame) -> pl.DataFrame:
    """Count, by community, the organic accounts that were flagged, and those with the name of each role."""
    counts = {called: has(table["named"], name) for called, name in zip(CALLED, SCORES.values(), strict=True)}
    return (
        table.with_columns(**counts)
        .filter(pl.col("operation").is_null())
        .group_by("community")
        .agg(pl.len().alias("accounts"), pl.col("flagged", *CALLED).sum())
        .sort("community")
    )
