"""Measures of a detection against the truth of a world, shared by the benchmarks.

A *world* is an activity and one row per account: ``account_id, operation`` (null for organic accounts), ``role``
(``core``, ``amplifier``, ``both`` or ``organic``) and ``community``. All measures are taken over the accounts that
act. Members of operations in which all have one role (rings, cross-posters) are right as core and as amplifier.
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

#: Core members are reachable from this number of acts, amplifiers from this number of acts on the core.
REACHABLE = {"core": 3, "amplifier": 2}
#: Accounts with this number of acts or more are measured by themselves.
ACTIVE = 5
#: The rule of the oracle, which knows the core: acts on core members that never act back, and their share of all acts.
AIMED, AIMED_SHARE = 2, 0.10
#: The score, and the name in a detection, of each role.
SCORES = {"core": "highly_engaged", "amplifier": "amplifier"}
#: Columns of crowds that count who got the name of each role.
CALLED = tuple(f"called {name}" for name in SCORES.values())
#: What a method may say of an account, and what is assumed where it does not.
SAID = {
    "coordination": pl.lit(0.0),
    "verdict": pl.lit(None, pl.String),
    "joined": pl.lit(None, pl.String),
    "network_id": pl.lit(None, pl.String),
    "network_role": pl.lit(None, pl.String),
    "role": pl.lit(None, pl.String),
    "highly_engaged": pl.lit(None, pl.Float64),
    "amplifier": pl.lit(None, pl.Float64),
}

#: From an activity to one row per account with some of the columns of :data:`SAID`.
Method = Callable[[cib.Activity], pl.DataFrame]
Measures = dict[str, float | None]


class World(NamedTuple):
    """``kind`` of world, and the seed where there is one."""

    kind: str
    seed: int | None
    activity: cib.Activity
    truth: pl.DataFrame

    @property
    def name(self) -> str:
        return self.kind if self.seed is None else f"{self.kind}-{self.seed}"


class Judgement(NamedTuple):
    """What was measured in one world; ``recalls`` by operation and role, ``crowds`` by organic community."""

    method: str
    world: str
    kind: str
    measures: Measures
    recalls: pl.DataFrame
    crowds: pl.DataFrame

    @property
    def name(self) -> str:
        """The world, and the method where it is another than that of the package."""
        return self.world if self.method == "cib" else f"{self.world} {self.method}"

    @property
    def heading(self) -> str:
        """The same for all seeds."""
        return self.kind if self.method == "cib" else f"{self.kind} {self.method}"

    def to_dict(self) -> dict[str, Any]:
        return self._asdict() | {"recalls": self.recalls.to_dicts(), "crowds": self.crowds.to_dicts()}


# ------------------------------------------------------------------ worlds


def read_world(folder: Path) -> World:
    """Read actions, accounts and truth. A hash stands for the text; a mention is a post that names its target."""
    actions = pl.read_parquet(folder / "actions.parquet")
    if "text" not in actions.columns:
        actions = actions.rename({"text_hash": "text"})
    actions = actions.with_columns(pl.col("text").cast(pl.String))
    activity = cib.read(actions, accounts=pl.read_parquet(folder / "accounts.parquet"), progress=False)
    kind, _, seed = folder.name.rpartition("-")
    named = (kind, int(seed)) if kind and seed.isdigit() else (folder.name, None)
    return World(*named, activity, pl.read_parquet(folder / "truth.parquet").cast({"account_id": pl.String}))


def simulated_world(kind: str, seed: int, scenario: str, **options: Any) -> World:
    """A world of the package's simulator, with its roles in the words used here."""
    activity, truth = cib.simulate(scenario, seed=seed, **options)
    return World(kind, seed, activity, renamed_roles(truth))


def renamed_roles(truth: pl.DataFrame) -> pl.DataFrame:
    """The truth of the simulator; members that are neither boosted nor amplifiers count as core."""
    member = pl.col("operation").is_not_null()
    names = {name: role for role, name in SCORES.items()} | {"both": "both"}
    role = pl.col("role").replace_strict(names, default="core")
    return truth.with_columns(role=pl.when(member).then(role).otherwise(pl.lit("organic")))


# ---------------------------------------------------------------- accounts


def flagged() -> pl.Expr:
    """Whether an account is flagged: a member of a candidate network that was not merely boosted by it."""
    boosted = (pl.col("joined") == "boosted").fill_null(False)
    return (pl.col("verdict") == "candidate").fill_null(False) & ~boosted


def scored(activity: cib.Activity, reference: str | None = None) -> pl.DataFrame:
    """The role scores of the package, without any detection."""
    features = cib.extract(activity)
    return cib.RoleScorer(reference=reference).fit(features).score(features).table


def detected(activity: cib.Activity) -> pl.DataFrame:
    """The detection of the package at default settings."""
    return cib.detect(activity, progress=False).table


def named_roles() -> pl.Expr:
    """The role that the detection names for an account: the one in its network, else its own."""
    inside = pl.col("network_role").replace_strict({"core": "highly_engaged", "amplifier": "amplifier"}, default=None)
    return pl.coalesce(pl.when("flagged").then(inside), "named")


def has(roles: pl.Series, role: str) -> pl.Series:
    """Whether accounts have a role; who is 'both' has both."""
    return roles.is_in([role, "both"]).fill_null(value=False)


def judged_accounts(world: World, found: pl.DataFrame) -> pl.DataFrame:
    """One row per acting account: its truth, its acts, and what a method says of it.

    ``named`` is the role that the method names, ``either`` marks members that are right as core and as amplifier.
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


# ---------------------------------------------------------------- measures


def judge(world: World, method: Method = detected, name: str = "cib") -> Judgement:
    """Run a method and measure it."""
    start = time.perf_counter()
    found = method(world.activity)
    seconds = time.perf_counter() - start
    table = judged_accounts(world, found)
    sizes: Measures = {"accounts": table.height, "members": table["operation"].count(), "seconds": seconds}
    return Judgement(name, world.name, world.kind, sizes | measures(table), recalls(table), crowds(table))


def measures(table: pl.DataFrame) -> Measures:
    """The measures of one world; None where there is nothing to measure."""
    member = pl.col("operation").is_not_null()
    members = table.filter(member)
    told = members.filter("flagged")
    oracle = table.filter(oracle_rule())
    return {
        "AP": ranked(table, member, "coordination"),
        "precision": mean(table.filter("flagged"), member),
        "recall": mean(members, pl.col("flagged")),
        "reachable": mean(members.filter(reachable()), pl.col("flagged")),
        "active": mean(members.filter(pl.col("acts") >= ACTIVE), pl.col("flagged")),
        "ARI": agreement(told["operation"], told["network_id"])[0] if told["operation"].n_unique() > 1 else None,
        "roles": role_macro_f1(members),
        "organic": mean(table.filter(~member), pl.col("flagged")),
        "oracle precision": mean(oracle, member),
        "oracle recall": mean(members, oracle_rule()),
        **score_measures(table),
    }


def reachable() -> pl.Expr:
    """Members that can be found: enough acts, or for amplifiers of an operation with a core enough acts on it."""
    by_acts = pl.col("acts") >= REACHABLE["core"]
    return pl.when("is_core").then(by_acts).otherwise(pl.col("aimed") >= REACHABLE["amplifier"])


def oracle_rule() -> pl.Expr:
    """What is flagged by a rule that knows the core: the core, and who aims a share of all acts at it one-sidedly."""
    enough = pl.col("one_sided") >= AIMED
    return pl.col("is_core") | (enough & (pl.col("one_sided") >= AIMED_SHARE * pl.col("acts")))


def mean(table: pl.DataFrame, what: pl.Expr) -> float | None:
    return table.select(what.mean()).item()


def ranked(table: pl.DataFrame, positive: pl.Expr, score: str) -> float | None:
    """Average precision over all acting accounts; without a score an account comes last."""
    truth = table.select(positive).to_series().to_numpy()
    return average_precision(truth, table[score].fill_null(0).to_numpy()) if truth.any() else None


def matched_auc(positive: np.ndarray, score: np.ndarray, acts: np.ndarray) -> float | None:
    """Mean AUC within doublings of the number of acts, weighted by the number of positives."""
    doubling = np.floor(np.log2(acts))
    parts = [doubling == level for level in np.unique(doubling)]
    weight = np.array([positive[part].sum() for part in parts])
    auc = np.array([Ranking.of(positive[part], score[part]).roc_auc for part in parts])
    known = ~np.isnan(auc)
    return float(np.average(auc[known], weights=weight[known])) if known.any() else None


def score_measures(table: pl.DataFrame) -> Measures:
    """How well the score of each role ranks its accounts among all, and among those that are as active."""
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
    """Mean of the F1 of both roles among flagged members; None if none is flagged or no role is named.

    A role that members of an operation with both roles have, and that nobody flagged has, counts 0. A role that
    neither occurs nor is named is left out.
    """
    told = members.filter("flagged")
    asked = set(members.filter(~pl.col("either"))["role"])
    parts = {role: score for role, score in role_f1(told).items() if score is not None or {role, "both"} & asked}
    return float(np.mean([score or 0 for score in parts.values()])) if told["named"].count() else None


def role_f1(members: pl.DataFrame) -> dict[str, float | None]:
    """F1 of the named roles of members; None for a role that neither occurs nor is named."""
    called = {role: has(members["named"], name) for role, name in SCORES.items()}
    right = members["either"] & (called["core"] | called["amplifier"])
    scores = {}
    for role, calls in called.items():
        true = (right & calls) | (~right & has(members["role"], role))
        total = true.sum() + calls.sum()
        scores[role] = 2 * (true & calls).sum() / total if total else None
    return scores


def told_apart(world: World, found: pl.DataFrame) -> pl.DataFrame:
    """The acting members of operations with both roles."""
    return judged_accounts(world, found).filter(pl.col("operation").is_not_null(), ~pl.col("either"))


def core_auc(members: pl.DataFrame) -> float:
    """How often a core member, amplifying or not, has a higher score of highly engaged than an amplifier."""
    return Ranking.of(has(members["role"], "core").to_numpy(), members[SCORES["core"]].to_numpy()).roc_auc


def recalls(table: pl.DataFrame) -> pl.DataFrame:
    """Accounts and recall by operation and role, of all acting members and of the reachable ones."""
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
    """Organic accounts by community: how many were flagged, and how many got each role name."""
    counts = {called: has(table["named"], name) for called, name in zip(CALLED, SCORES.values(), strict=True)}
    return (
        table.with_columns(**counts)
        .filter(pl.col("operation").is_null())
        .group_by("community")
        .agg(pl.len().alias("accounts"), pl.col("flagged", *CALLED).sum())
        .sort("community")
    )
