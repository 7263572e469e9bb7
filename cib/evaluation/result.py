"""Evaluate a detection with all metrics that the labels allow."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.domains import SEED, TEXT, either, takes
from cib.errors import InputError
from cib.evaluation.bootstrap import cluster_bootstrap
from cib.evaluation.calibration import Calibration, calibration
from cib.evaluation.partition import agreement, weighted_precision
from cib.evaluation.ranking import Ranking
from cib.evaluation.trivial import TRIVIAL, trivial_scores

__all__ = ["Detected", "Evaluation", "evaluate"]

#: Verdicts that count as flagged, by rule; the last rule is the default.
RULES = {
    "in any network": ("candidate", "coordinated", "insufficient"),
    "verdict candidate or coordinated": ("candidate", "coordinated"),
    "verdict candidate": ("candidate",),
}
#: False positive rate at which recall is reported.
RATE = 1e-3


class Detected(Protocol):
    """Attributes of a :class:`cib.Detection` that are evaluated."""

    @property
    def table(self) -> pl.DataFrame: ...  # noqa: D102

    @property
    def activity(self) -> Activity: ...  # noqa: D102


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """Metrics of a detection against labels.

    Parameters
    ----------
    accounts, positives : int
        Number of labelled accounts, and of those that belong to an operation.
    flags : polars.DataFrame
        One row per rule for flagged accounts: ``flagged_if, flagged, true_positives, precision, recall,
        f1``. The last one, verdict ``candidate``, is the default threshold.
    rankings : polars.DataFrame
        One row per score: ``score, average_precision, precision_at_100, precision_at_200, recall_at_fpr``
        (at a false positive rate of 0.001), ``roc_auc``. First ``coordination``, then the available trivial scores.
    intervals : dict of str to (float, float)
        95 % confidence intervals of ``average_precision`` of ``coordination`` and of ``precision``, ``recall`` and
        ``f1`` at the default threshold, over operations (or their teams, where known) and communities; empty if the
        labels name no communities.
    communities : polars.DataFrame
        False positives, one row per kind of organic account: ``community, accounts, candidate, any_network`` (the
        last two are shares). Empty if the labels name no communities.
    ari, ami, weighted_precision : float or None
        Campaigns (or networks that are in none) against operations: :func:`cib.evaluation.agreement` of the accounts of
        operations; and :func:`cib.evaluation.weighted_precision` of the networks of all accounts. None without networks
        or operations.
    team_ari : float or None
        Like `ari`, for networks against the teams of operations, if the labels name them.
    role_f1 : float or None
        Macro-F1 of the roles of the accounts of operations. None if labels or detection have no roles.
    calibration : Calibration or None
        Calibration of the column ``probability``, if the detection has one.
    """

    accounts: int
    positives: int
    flags: pl.DataFrame
    rankings: pl.DataFrame
    intervals: dict[str, tuple[float, float]]
    communities: pl.DataFrame
    ari: float | None = None
    ami: float | None = None
    weighted_precision: float | None = None
    team_ari: float | None = None
    role_f1: float | None = None
    calibration: Calibration | None = None

    @property
    def average_precision(self) -> float:
        """Return the average precision of ``coordination``, which does not depend on a threshold."""
        return float(self.rankings["average_precision"][0])

    @property
    def precision(self) -> float:
        """Return the precision at the default threshold; 0 if nothing is flagged."""
        return float(self.flags["precision"][-1])

    @property
    def recall(self) -> float:
        """Return the recall at the default threshold."""
        return float(self.flags["recall"][-1])

    @property
    def f1(self) -> float:
        """Return the F1 score at the default threshold."""
        return float(self.flags["f1"][-1])

    def to_dict(self) -> dict[str, Any]:
        """Convert to plain values for JSON; undefined values of rankings are None."""
        return {
            "accounts": self.accounts,
            "positives": self.positives,
            "flags": self.flags.to_dicts(),
            "rankings": self.rankings.fill_nan(None).to_dicts(),
            "intervals": {name: list(ends) for name, ends in self.intervals.items()},
            "communities": self.communities.to_dicts(),
            **self._groups(),
            "calibration": self.calibration.to_dict() if self.calibration else None,
        }

    def _groups(self) -> dict[str, float | None]:
        return {
            "ari": self.ari,
            "ami": self.ami,
            "weighted_precision": self.weighted_precision,
            "team_ari": self.team_ari,
            "role_f1": self.role_f1,
        }

    def __repr__(self) -> str:
        return (
            f"Evaluation({self.accounts:,} accounts, {self.positives:,} positive; AP {self.average_precision:.3f}; "
            f"verdict candidate: precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f})"
        )

    def __str__(self) -> str:
        parts = [f"{self.accounts:,} labelled accounts, {self.positives:,} of them positive"]
        parts.append(f"{'flagged if':<34}{'flagged':>9} precision  recall      F1")
        parts += [
            f"{row['flagged_if']:<34}{row['flagged']:>9,}{row['precision']:>10.3f}{row['recall']:>8.3f}{row['f1']:>8.3f}"
            for row in self.flags.iter_rows(named=True)
        ]
        parts.append(f"{'ranked by':<34}{'AP':>9}     P@100   P@200     AUC  recall at FPR {RATE:g}")
        parts += [
            f"{row['score']:<34}{row['average_precision']:>9.3f}{row['precision_at_100']:>10.3f}"
            f"{row['precision_at_200']:>8.3f}{row['roc_auc']:>8.3f}{row['recall_at_fpr']:>21.3f}"
            for row in self.rankings.iter_rows(named=True)
        ]
        if self.intervals:
            ends = (f"{_plain(name)} {low:.3f} to {high:.3f}" for name, (low, high) in self.intervals.items())
            parts.append(f"95 % over operations and communities: {', '.join(ends)}")
        if groups := [f"{_plain(name)} {value:.3f}" for name, value in self._groups().items() if value is not None]:
            parts.append(f"networks and roles: {', '.join(groups)}")
        if self.calibration:
            parts.append(repr(self.calibration))
        if self.communities.height:
            parts.append(f"{'false alarms among':<34}{'accounts':>9} candidate  any network")
        parts += [
            f"{row['community']:<34}{row['accounts']:>9,}{row['candidate']:>10.3%}{row['any_network']:>13.3%}"
            for row in self.communities.iter_rows(named=True)
        ]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        tables = [table._repr_html_() for table in (self.flags, self.rankings, self.communities) if table.height]
        return f"<p>{escape(repr(self))}</p>{''.join(tables)}"


@takes(set_apart=either(TEXT, None), repeats=SEED, seed=SEED)
def evaluate(
    detection: Detected | Any, truth: Any, *, set_apart: str | None = None, repeats: int = 1_000, seed: int = 0
) -> Evaluation:
    """Evaluate a detection against labels.

    Parameters
    ----------
    detection : Detection or frame
        A :class:`cib.Detection`; or a table like its ``accounts``, with ``account_id``, ``coordination`` and
        ``verdict``, and for further metrics ``network_id``, ``role``, ``probability`` and the columns of
        :func:`cib.evaluation.trivial_scores`.
    truth : frame
        ``account_id`` and either ``label`` (``'coordinated'`` is positive) or ``operation`` (not null is
        positive); optionally ``community``, ``role`` and ``team``. Labelled accounts that are not in the detection
        count as not flagged.
    set_apart : str, optional
        A Boolean column of `truth`; accounts where it is true are left out.
    repeats : int
        Number of samples for the intervals; 0 computes none.
    seed : int
        Seed of the samples.

    Returns
    -------
    Evaluation
        ``print`` shows all metrics.

    Raises
    ------
    InputError
        If a table lacks a column, or detection and labels have no common account.

    Examples
    --------
    >>> import cib
    >>> activity, truth = cib.simulate(scale=0.002, seed=1)
    >>> cib.evaluation.evaluate(cib.detect(activity, progress=False), truth)
    Evaluation(4,... accounts, ... positive; AP 0...; verdict candidate: precision 0..., recall 0..., F1 0...)
    """
    accounts = _accounts(detection)
    labels = _labels(_polars(truth), set_apart)
    table = labels.join(accounts, on="account_id", how="left")
    if table["coordination"].null_count() == table.height:
        raise InputError(
            "labels and detection have no account in common",
            got=f"label ids such as {labels['account_id'].head(1).to_list()}",
            remedy="Label the same account ids as in accounts.parquet of the detection.",
        )
    positives = int(table["positive"].sum())
    resampled = repeats and positives and "community" in table.columns
    return Evaluation(
        accounts=table.height,
        positives=positives,
        flags=_flags(table),
        rankings=_rankings(table),
        intervals=_intervals(table, repeats, seed) if resampled else {},
        communities=_communities(table),
        role_f1=_role_f1(table),
        calibration=_calibration(table),
        **_partition(table),
    )


def _accounts(detection: Detected | Any) -> pl.DataFrame:
    table = getattr(detection, "table", None)
    if isinstance(table, pl.DataFrame):
        return table.join(trivial_scores(detection.activity), on="account_id", how="left")
    table = _polars(detection)
    if missing := [name for name in ("account_id", "coordination", "verdict") if name not in table.columns]:
        raise InputError(
            f"the detection lacks the column {missing[0]!r}",
            got=f"columns {', '.join(table.columns)}",
            remedy="Give a Detection, or its table of accounts.",
        )
    return table.with_columns(pl.col("account_id").cast(pl.String))


def _polars(frame: Any) -> pl.DataFrame:
    try:
        return frame if isinstance(frame, pl.DataFrame) else nw.from_native(frame, eager_only=True).to_polars()
    except TypeError as error:
        got, remedy = f"a {type(frame).__name__}", "Give a frame; polars.read_parquet(path) reads one from a file."
        raise InputError("labels and detection are tables", got=got, remedy=remedy) from error


def _labels(truth: pl.DataFrame, set_apart: str | None) -> pl.DataFrame:
    """Return ``account_id, positive``, and the available columns of ``operation, true_role, community, team``."""
    if "account_id" not in truth.columns or not {"label", "operation"} & set(truth.columns):
        raise InputError(
            "labels need the columns 'account_id' and 'label' or 'operation'",
            got=f"columns {', '.join(truth.columns)}",
            remedy="Rename yours; label 'coordinated' is positive, or any operation that is not null.",
        )
    twice = truth.filter(pl.col("account_id").is_duplicated())["account_id"].sort()
    if len(twice):
        raise InputError(
            "an account has several labels", where=f"account_id {twice[0]!r}", remedy="Give one row an account."
        )
    if set_apart is not None:
        if set_apart not in truth.columns:
            names = ", ".join(truth.columns)
            raise InputError(
                f"there is no column {set_apart!r} to set accounts apart",
                got=f"columns {names}",
                remedy="Name one of them.",
            )
        truth = truth.filter(~pl.col(set_apart).fill_null(False))
    positive = pl.col("label") == "coordinated" if "label" in truth.columns else pl.col("operation").is_not_null()
    known = {"operation": "operation", "role": "true_role", "community": "community", "team": "team"}
    more = [pl.col(theirs).cast(pl.String).alias(ours) for theirs, ours in known.items() if theirs in truth.columns]
    return truth.select(pl.col("account_id").cast(pl.String), positive.fill_null(False).alias("positive"), *more)


def _flags(table: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for name, verdicts in RULES.items():
        flagged = table["verdict"].is_in(verdicts).fill_null(False)
        hits, taken = int((flagged & table["positive"]).sum()), int(flagged.sum())
        measures = _at_threshold(hits, taken, int(table["positive"].sum()))
        rows.append({"flagged_if": name, "flagged": taken, "true_positives": hits, **measures})
    return pl.DataFrame(rows)


def _at_threshold(hits: float, taken: float, positives: float) -> dict[str, float]:
    return {
        "precision": hits / max(taken, 1),
        "recall": hits / max(positives, 1),
        "f1": 2 * hits / max(taken + positives, 1),
    }


def _rankings(table: pl.DataFrame) -> pl.DataFrame:
    names = {"coordination": "coordination", **TRIVIAL}
    rows = []
    for column in (column for column in names if column in table.columns):
        # accounts that are not in the detection are last
        scores = table[column].cast(pl.Float64).fill_null(0.0).to_numpy()
        ranking = Ranking.of(table["positive"].to_numpy(), scores)
        rows.append(
            {
                "score": names[column],
                "average_precision": ranking.average_precision,
                "precision_at_100": ranking.precision_at(100),
                "precision_at_200": ranking.precision_at(200),
                "recall_at_fpr": ranking.recall_at(RATE),
                "roc_auc": ranking.roc_auc,
            }
        )
    return pl.DataFrame(rows)


def _intervals(table: pl.DataFrame, repeats: int, seed: int) -> dict[str, tuple[float, float]]:
    """Compute intervals of the metrics at the default threshold and of average precision.

    Accounts with equal values are aggregated with their number.
    """
    named = [name for name in ("community", "operation", "team") if name in table.columns]
    alike = table.group_by(
        "positive",
        cluster=pl.concat_str(named, separator=" ", ignore_nulls=True),
        score=pl.col("coordination").fill_null(0.0),
        flagged=(pl.col("verdict") == "candidate").fill_null(False),
    ).len()
    alike = alike.sort("score", "cluster", "positive", "flagged", descending=[True, False, False, False])
    number, score = alike["len"].to_numpy(), alike["score"].to_numpy()
    positive, flagged = alike["positive"].to_numpy(), alike["flagged"].to_numpy()
    ranking, both = Ranking.by_weight(positive, score), positive & flagged

    def statistic(weight: NDArray[np.float64]) -> list[float]:
        each = weight * number
        default = _at_threshold(each @ both, each @ flagged, each @ positive)
        return [ranking(each).average_precision, *default.values()]

    codes = alike["cluster"].rank("dense").to_numpy().astype(np.int64) - 1
    low, high = cluster_bootstrap(statistic, codes, positive, repeats=repeats, seed=seed)
    names = ("average_precision", "precision", "recall", "f1")
    return {name: (float(a), float(b)) for name, a, b in zip(names, low, high, strict=True)}


def _communities(table: pl.DataFrame) -> pl.DataFrame:
    if "community" not in table.columns:
        return pl.DataFrame()
    share = {"candidate": pl.col("verdict") == "candidate", "any_network": pl.col("verdict").is_not_null()}
    organic = table.filter(~pl.col("positive")).group_by(pl.col("community").fill_null("not named"))
    return organic.agg(accounts=pl.len(), **{name: rule.fill_null(False).mean() for name, rule in share.items()}).sort(
        "community"
    )


def _partition(table: pl.DataFrame) -> dict[str, float | None]:
    if not {"network_id", "operation"} <= set(table.columns) or not table["positive"].any():
        return {}
    members = table.filter("positive")
    campaign = pl.coalesce(pl.col("^campaign$"), "network_id")
    ari, ami = agreement(members["operation"], members.select(campaign).to_series())
    pure = weighted_precision(table["positive"], table["network_id"])
    found = {"ari": ari, "ami": ami, "weighted_precision": None if np.isnan(pure) else pure}
    if "team" in table.columns and (members := members.drop_nulls("team")).height:
        team = members.select(pl.concat_str("operation", "team", separator=" ")).to_series()
        found["team_ari"] = agreement(team, members["network_id"])[0]
    return found


def _role_f1(table: pl.DataFrame) -> float | None:
    """Compute the macro-averaged F1 of roles among the accounts of operations that have one."""
    if not {"role", "true_role"} <= set(table.columns):
        return None
    members = table.filter(pl.col("positive") & pl.col("true_role").is_not_null())
    found, true = members["role"].fill_null(""), members["true_role"]
    scores = [
        _at_threshold(((found == role) & (true == role)).sum(), (found == role).sum(), (true == role).sum())["f1"]
        for role in true.unique().sort()
    ]
    return float(np.mean(scores)) if scores else None


def _calibration(table: pl.DataFrame) -> Calibration | None:
    if "probability" not in table.columns:
        return None
    told = table.drop_nulls("probability")
    return calibration(told["positive"].to_numpy(), told["probability"].to_numpy())


def _plain(name: str) -> str:
    """Return the display name of a metric."""
    words = {
        "average_precision": "AP",
        "f1": "F1",
        "ari": "ARI of whole operations",
        "team_ari": "ARI of their teams",
        "ami": "AMI",
        "weighted_precision": "weighted precision",
        "role_f1": "macro-F1 of roles",
    }
    return words.get(name, name)
