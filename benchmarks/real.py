"""Evaluate methods on labelled data that you hold: `python benchmarks/real.py --seckin FOLDER --cima FOLDER ...`.

    --seckin    Labelled datasets for research on information operations (Seckin et al. 2025): one folder per campaign
                with parquet files of posts with ``accountid``, ``post_time``, ``reposted_postid`` and ``is_control``
    --cima      Cima et al. (2024): ``Honduras/honduras-bad-anonymized.jsonl`` and ``...-good-anonymized.jsonl``, and
                the same for UAE
    --iohunter  IOHunter (2025): one folder per country with ``edges`` and ``labels`` as parquet or CSV (``source,
                target, weight``; ``account_id, label``). The published files are pickles, which can execute code when
                they are opened; write these two tables from them only if you trust them.

For each set, method and trivial ranking: average precision, its lift over the share of labelled accounts, AUC, AUC
among accounts of similar activity (number of posts and of active days within a factor of two), and the maximum recall
at a precision of 0.9. Accounts that a method does not rank are tied in last place. Published figures are printed for
comparison. In some of these sets the controls were collected around single days, so that active days alone separate
them from the labelled accounts: the matched AUC is the most informative.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import detection
import numpy as np
import polars as pl

import cib
from cib import presets
from cib.evaluation.ranking import Ranking
from cib.evaluation.trivial import TRIVIAL, trivial_scores

MOST = detection.MOST

#: AUC of null-model-coord (smallest p), AP of polio (weighted 12 h; all accounts, and those with two actions).
PUBLISHED = {
    "armenia": "null-model-coord AUC .66",
    "spain": "null-model-coord AUC .80 (max_n_signal)",
    "thailand": "null-model-coord AUC .89 (max_n_signal)",
    "uae": "null-model-coord AUC .89",
    "venezuela_2": "null-model-coord AUC .24",
    "cima honduras": "polio AP .910, .951 of accounts with two acts",
    "cima uae": "polio AP .454, .506 of accounts with two acts",
    "": "Cinus et al. 2025: precision above .9 at a recall of about .1, on data of their own",
}

#: Column names in the files of Seckin et al. to canonical names.
SECKIN = {
    "accountid": "account_id",
    "postid": "post_id",
    "post_time": "created_at",
    "reposted_postid": "target_post_id",
    "reposted_accountid": "target_account_id",
    "post_text": "text",
    "post_language": "lang",
    "post_client": "client",
    "hashtags": "hashtags",
    "urls": "urls",
}

#: Column names in the files of Cima et al. to canonical names.
CIMA = {
    "userid": "account_id",
    "tweetid": "post_id",
    "tweet_time": "created_at",
    "retweet_tweetid": "target_post_id",
    "retweet_userid": "target_account_id",
    "tweet_text": "text",
    "tweet_language": "lang",
    "hashtags": "hashtags",
    "urls": "urls",
}


class Labelled(NamedTuple):
    """A data set: posts or a graph, and ``account_id, positive`` of its accounts."""

    name: str
    data: cib.Activity | cib.Graph
    truth: pl.DataFrame


def seckin(folder: Path) -> Iterator[Labelled]:
    for campaign in campaigns(folder, "*.parquet"):
        parts = [pl.read_parquet(file) for file in sorted(campaign.glob("*.parquet"))]
        rows = pl.concat(parts, how="diagonal_relaxed")
        yield labelled(campaign.name.lower(), rows, SECKIN, pl.col("is_control").cast(pl.Int8) == 0)


def cima(folder: Path) -> Iterator[Labelled]:
    for region in campaigns(folder, "*-anonymized.jsonl"):
        files = sorted(region.glob("*-anonymized.jsonl"))
        parts = [pl.read_ndjson(file).with_columns(bad=pl.lit("-bad-" in file.name)) for file in files]
        rows = pl.concat(parts, how="diagonal_relaxed").with_columns(pl.from_epoch("tweet_time", "ms"))
        yield labelled(f"cima {region.name.lower()}", rows, CIMA, pl.col("bad"))


def iohunter(folder: Path) -> Iterator[Labelled]:
    for country in campaigns(folder, "edges.*"):
        edges, labels = table(country, "edges"), table(country, "labels")
        ids = labels["account_id"].cast(pl.String).unique().sort()
        codes = {name: code for code, name in enumerate(ids)}
        names = (edges[end].cast(pl.String) for end in ("source", "target"))
        ends = [column.replace_strict(codes, return_dtype=pl.UInt32) for column in names]
        ordered = pl.DataFrame({"source": ends[0], "target": ends[1], "weight": edges["weight"].cast(pl.Float64)})
        smaller, larger = pl.min_horizontal("source", "target"), pl.max_horizontal("source", "target")
        ordered = ordered.select(smaller.alias("source"), larger.alias("target"), "weight")
        ordered = ordered.unique(["source", "target"], keep="first", maintain_order=True)
        graph = cib.graphs.graph.graph_from_codes(country.name, ids, ordered, directed=False)
        truth = labels.select(pl.col("account_id").cast(pl.String), positive=pl.col("label").cast(pl.Int8) == 1)
        yield Labelled(f"iohunter {country.name.lower()}", graph, truth)


def campaigns(folder: Path, pattern: str) -> list[Path]:
    found = sorted(inner for inner in folder.iterdir() if inner.is_dir() and any(inner.glob(pattern)))
    if not found:
        raise SystemExit(f"{folder} has no folder with {pattern}; see --help for the shape")
    return found


def table(folder: Path, name: str) -> pl.DataFrame:
    file = next(folder.glob(f"{name}.*"))
    return pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_csv(file)


def labelled(name: str, rows: pl.DataFrame, names: dict[str, str], positive: pl.Expr) -> Labelled:
    """Rename the columns of posts, and return the labels; an account labelled both ways counts as labelled."""
    known = {theirs: ours for theirs, ours in names.items() if theirs in rows.columns}
    frame = rows.select(pl.col(theirs).alias(ours) for theirs, ours in known.items())
    retweet = pl.when(pl.col("target_post_id").is_not_null()).then(pl.lit("retweet")).otherwise(pl.lit("post"))
    activity = cib.read(frame.with_columns(action=retweet), zone="UTC")
    account = next(theirs for theirs, ours in known.items() if ours == "account_id")
    truth = rows.group_by(pl.col(account).cast(pl.String).alias("account_id")).agg(positive.any().alias("positive"))
    return Labelled(name, activity, truth)


def of_graph(
    make: Callable[[cib.Activity], cib.Graph], score: str = "weight"
) -> Callable[[cib.Activity], pl.DataFrame]:
    return lambda activity: detection.flagged(make(activity), score)


METHODS = {
    **{name: method for name, method in detection.METHODS.items() if name not in TRIVIAL},
    "coortweet": of_graph(lambda a: presets.coortweet(a, "60s")),
    "qut": of_graph(lambda a: presets.qut(a, network="co_retweet")),
    "coornet": of_graph(presets.coornet),
    "weber2021": of_graph(lambda a: presets.weber2021(a, max_accounts=MOST)),
    "mannocci2025": of_graph(lambda a: presets.mannocci2025(a, max_accounts=MOST)),
    "pote2026": of_graph(lambda a: presets.pote2026(a, permutations=200, max_accounts=MOST)),
    "cinus2025": of_graph(lambda a: presets.cinus2025(a, "post", max_share=0.9)),
    "d3lta": of_graph(presets.d3lta),
}


def ranked(data: cib.Activity | cib.Graph, names: list[str]) -> Iterator[tuple[str, pl.DataFrame | str]]:
    """Yield ``account_id, score`` of each method, or the reason why it is not available."""
    if isinstance(data, cib.Graph):
        central = presets.eigenvector_centrality(data)
        strength = np.asarray(data.matrix.sum(axis=1)).ravel()
        for name, score in (("eigenvector", central), ("strength", strength)):
            yield name, pl.DataFrame({"account_id": data.ids, "score": score})
        return
    for name in names:
        try:
            yield name, METHODS[name](data).select("account_id", score=pl.col("coordination").cast(pl.Float64))
        except cib.CibError as error:
            yield name, str(error)
    trivial = trivial_scores(data)
    for name in set(TRIVIAL) & set(trivial.columns):
        yield name, trivial.select("account_id", score=pl.col(name).cast(pl.Float64))


def measures(scores: pl.DataFrame, truth: pl.DataFrame, strata: pl.DataFrame | None) -> dict[str, float]:
    table = truth.join(scores.unique("account_id"), on="account_id", how="left")
    lowest = float(table["score"].min() or 0.0) - 1.0
    positive, score = table["positive"].to_numpy(), table["score"].fill_null(lowest).to_numpy()
    ranking = Ranking.of(positive, score)
    precision = ranking.hits[1:] / ranking.taken[1:]
    enough = ranking.hits[1:][precision >= 0.9]
    return {
        "AP": ranking.average_precision,
        "lift": ranking.average_precision / positive.mean(),
        "AUC": ranking.roc_auc,
        "matched AUC": float("nan") if strata is None else matched_auc(table, score, strata),
        "recall at .9": float(enough.max(initial=0.0) / max(positive.sum(), 1)),
    }


def matched_auc(table: pl.DataFrame, score: np.ndarray, strata: pl.DataFrame) -> float:
    """Compute the probability that a labelled account ranks above another one of its stratum, over all such pairs."""
    joined = table.select("account_id", "positive", score=pl.Series(score)).join(strata, on="account_id")
    pairs, above = 0.0, 0.0
    for _, group in joined.group_by("stratum"):
        positive, values = group["positive"].to_numpy(), group["score"].to_numpy()
        here = float(positive.sum()) * float((~positive).sum())
        if here:
            pairs, above = pairs + here, above + here * Ranking.of(positive, values).roc_auc
    return above / pairs if pairs else float("nan")


def like_activity(activity: cib.Activity) -> pl.DataFrame:
    """Return a stratum for each account: number of posts and of active days, in powers of two."""
    bins = (pl.col(name).clip(1).log(2).floor().cast(pl.Int64) for name in ("events", "active_days"))
    return trivial_scores(activity).select("account_id", stratum=pl.struct(bins))


def board(one: Labelled, names: list[str]) -> pl.DataFrame:
    """Return one row per method, sorted by matched AUC; undefined values are last."""
    strata = like_activity(one.data) if isinstance(one.data, cib.Activity) else None
    rows = []
    for name, scores in ranked(one.data, names):
        if isinstance(scores, str):
            print(f"{one.name}: {name} cannot be used: {scores}")
        else:
            rows.append({"set": one.name, "method": name, **measures(scores, one.truth, strata)})
    return pl.DataFrame(rows).sort("matched AUC", "AP", "method", descending=[True, True, False], nulls_last=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("seckin", "cima", "iohunter"):
        parser.add_argument(f"--{name}", type=Path, metavar="FOLDER")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--out", type=Path, metavar="FILE.csv")
    options = parser.parse_args()
    readers = {"seckin": seckin, "cima": cima, "iohunter": iohunter}
    boards = []
    for name, read in readers.items():
        for one in read(getattr(options, name)) if getattr(options, name) else ():
            found = board(one, options.methods)
            boards.append(found)
            positive = int(one.truth["positive"].sum())
            print(f"\nreal: {one.name}: {positive:,} labelled of {one.truth.height:,} accounts")
            print(f"published: {PUBLISHED.get(one.name, PUBLISHED[''])}")
            with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, float_precision=3):
                print(found.drop("set"))
    if not boards:
        parser.error("no folder given; see --help for the shapes")
    if options.out:
        pl.concat(boards).write_csv(options.out)


if __name__ == "__main__":
    main()
