"""How well links separate: `python benchmarks/linkage.py [--operations 20] [--unrelated 200] [--seed 0] [--reuse 0.5]`.

Two generations of some operations, two weeks apart, beside unrelated operations that speak the same language
on the same topic, all among the same organic accounts (synthetic; memberships are taken from the truth). The
second generation has new accounts and another grammar of names; it keeps the hours, the client, `--reuse` of
its own targets, half of its phrases and one of its sites. Prints AUC, the share of unrelated pairs at W >= 3,
and Cllr, with and without each signal.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import polars as pl

import cib
from cib.activity import TIME, Activity
from cib.links import cllr, link_members
from cib.simulation.wording import WORDS as SPOKEN
from cib.simulation.wording import invented

DAY = 86_400
WORDS = np.array(SPOKEN["zh"].split())
NAMES = ("{a}{d8}", "{a}{d4}", "{a}_{b}", "{A}{b}{d2}", "{a}{b}", "{a}.{d3}", "{d2}{a}")
CLIENTS = ("android", "ios", "web", "scheduler")


@dataclass(frozen=True)
class Operation:
    """What the accounts of one operation have in common."""

    size: int
    targets: np.ndarray
    tags: np.ndarray
    sites: np.ndarray
    phrases: np.ndarray
    names: str
    created: int
    zone: int
    chinese: float
    office: bool
    client: int

    @classmethod
    def draw(cls, rng: np.random.Generator, authors: np.ndarray) -> Operation:
        return cls(
            size=int(rng.integers(15, 80)),
            targets=np.concatenate([own_targets(rng, 8), rng.choice(authors, 6, replace=False)]),
            tags=invented(rng.integers(0, 10**6, 3)).to_numpy(),
            sites=invented(rng.integers(0, 10**6, 3)).to_numpy(),
            phrases=np.array([phrase(rng) for _ in range(12)]),
            names=str(rng.choice(NAMES)),
            created=int(rng.integers(20, 400)),
            zone=int(rng.choice([8, 8, 7, 3, -5])),
            chinese=float(rng.uniform(0.6, 1)),
            office=bool(rng.random() < 0.7),
            client=int(rng.integers(len(CLIENTS))),
        )

    def next_generation(self, rng: np.random.Generator, authors: np.ndarray, reuse: float) -> Operation:
        new = Operation.draw(rng, authors)
        old = rng.permutation(self.targets[:8])[: round(8 * reuse)]
        return replace(
            new,
            targets=np.concatenate([old, new.targets[len(old) :]]),
            sites=np.concatenate([self.sites[:1], new.sites[1:]]),
            phrases=np.concatenate([rng.permutation(self.phrases)[:6], new.phrases[6:]]),
            names=str(rng.choice([scheme for scheme in NAMES if scheme != self.names])),
            zone=self.zone,
            chinese=self.chinese,
            office=self.office,
            client=self.client,
        )


def own_targets(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.integers(1_150, 1_200, n).astype(str).astype(object) + rng.integers(10**15, 10**16, n).astype(str)


def phrase(rng: np.random.Generator) -> str:
    return "".join(rng.choice(WORDS, 5))


def acts(
    rng: np.random.Generator, operation: Operation, ids: np.ndarray, topics: np.ndarray, start: int
) -> pl.DataFrame:
    """Twelve retweets and six posts an account, about, in two weeks."""
    who = np.repeat(np.arange(len(ids)), rng.poisson(18, len(ids)) + 1)
    n = len(who)
    day = rng.choice([k for k in range(14) if k % 7 < 5 or not operation.office], n)
    hour = rng.normal(13, 2.5, n) if operation.office else rng.uniform(7, 25, n)
    posts = rng.random(n) < 1 / 3
    tag = np.where(rng.random(n) < 0.5, rng.choice(operation.tags, n), rng.choice(topics, n))
    site = rng.choice(operation.sites, n)
    client = np.where(rng.random(n) < 0.8, operation.client, rng.integers(0, 4, n))
    text = rng.choice(operation.phrases, n).astype(object) + rng.choice(WORDS, n) + rng.choice(operation.phrases, n)
    link = np.where(
        rng.random(n) < 0.3, "https://" + site.astype(object) + ".example/" + rng.integers(0, 9, n).astype(str), None
    )
    return pl.DataFrame(
        {
            "account_id": ids[who].tolist(),
            "at": ((start + day) * DAY + (hour - operation.zone) * 3_600).astype(np.int64),
            "action": np.where(posts, "post", "retweet"),
            "target_account_id": np.where(posts, None, rng.choice(operation.targets, n)).tolist(),
            "text": np.where(posts, text, None).tolist(),
            "lang": np.where(rng.random(n) < operation.chinese, "zh", "en"),
            "client": np.array(CLIENTS)[client],
            "hashtags": [[t] if p else None for t, p in zip(tag, posts, strict=True)],
            "urls": [[u] if p and u else None for u, p in zip(link, posts, strict=True)],
        },
        schema_overrides={"hashtags": pl.List(pl.String), "urls": pl.List(pl.String)},
    )


def profiles(rng: np.random.Generator, operation: Operation, ids: np.ndarray) -> pl.DataFrame:
    n = len(ids)
    batch = rng.integers(0, 3, n) * 9 + operation.created
    hour = np.where(operation.office, rng.uniform(9, 18, n), rng.uniform(0, 24, n)) - operation.zone
    a, b = invented(rng.integers(0, 10**6, n)), invented(rng.integers(0, 10**6, n))
    names = [
        operation.names.format(
            a=x, b=y, A=x.title(), **{f"d{k}": rng.integers(10 ** (k - 1), 10**k) for k in (2, 3, 4, 8)}
        )
        for x, y in zip(a, b, strict=True)
    ]
    return pl.DataFrame(
        {"account_id": ids.tolist(), "name": names, "at": (-batch * DAY + hour * 3_600).astype(np.int64)}
    )


def world(
    seed: int = 0, operations: int = 20, unrelated: int = 200, reuse: float = 0.5, scale: float = 0.004
) -> tuple[list[tuple[Activity, list[str]]], Activity, pl.DataFrame]:
    """Known operations with the activity that each is known from; the activity two weeks later; who is in what.

    Networks are named ``next-k`` for the second generation of known operation k, and ``other-k``.
    """
    rng = np.random.default_rng(seed)
    organic = cib.simulate("organic", scale=scale, seed=seed).activity
    chinese = organic.posts_table.filter(pl.col("lang") == "zh")
    authors = chinese["target_account_id"].drop_nulls().value_counts(sort=True).sort("count", "target_account_id")
    authors = authors.tail(40)["target_account_id"].to_numpy()
    topics = invented(np.arange(777, 782)).to_numpy()
    organic = on_topic(rng, organic, topics)
    first = [Operation.draw(rng, authors) for _ in range(operations)]
    later = [operation.next_generation(rng, authors, reuse) for operation in first]
    later += [Operation.draw(rng, authors) for _ in range(unrelated)]
    names = [f"next-{k}" for k in range(operations)] + [f"other-{k}" for k in range(unrelated)]
    half = organic.imported.first + timedelta(days=14)
    before = replace(organic, posts_table=organic.posts_table.filter(pl.col("created_at") < half))
    after = replace(organic, posts_table=organic.posts_table.filter(pl.col("created_at") >= half))
    known = []
    for operation in first:
        ids = own_targets(rng, operation.size)
        known.append((joined(rng, before, [operation], [ids], topics, 0), list(ids)))
    ids = [own_targets(rng, operation.size) for operation in later]
    members = pl.DataFrame(
        {"account_id": np.concatenate(ids).tolist(), "network_id": np.repeat(names, [len(x) for x in ids])}
    )
    return known, joined(rng, after, later, ids, topics, 14), members


def on_topic(rng: np.random.Generator, organic: Activity, topics: np.ndarray) -> Activity:
    """A tenth of the organic posts in Chinese speak of the topic, in its words."""
    n = len(organic)
    words = pl.Series(["".join(drawn) for drawn in rng.choice(WORDS, (n // 50, 10))])
    drawn = organic.posts_table.with_columns(
        topic=pl.Series(rng.choice(topics, n)), words=words.gather(rng.integers(0, len(words), n)), dice=rng.random(n)
    )
    speaks = (pl.col("lang") == "zh") & (pl.col("dice") < 0.1) & (pl.col("action") == "post")
    said = {"hashtags": pl.concat_list("topic"), "text": pl.col("words")}
    posts = drawn.with_columns(pl.when(speaks).then(new).otherwise(old).alias(old) for old, new in said.items())
    return replace(organic, posts_table=posts.select(organic.posts_table.columns))


def joined(
    rng: np.random.Generator,
    organic: Activity,
    operations: list[Operation],
    ids: list[np.ndarray],
    topics: np.ndarray,
    start: int,
) -> Activity:
    """The organic activity with the operations in it."""
    epoch = organic.imported.first
    rows = pl.concat([acts(rng, one, own, topics, start) for one, own in zip(operations, ids, strict=True)])
    known = pl.concat([profiles(rng, one, own) for one, own in zip(operations, ids, strict=True)])
    moment = (pl.lit(epoch).dt.truncate("1d") + pl.duration(seconds="at")).cast(TIME).alias("created_at")
    number = pl.int_range(pl.len()).cast(pl.String)
    rows = rows.with_columns(
        moment,
        pl.col("action").cast(organic.posts_table.schema["action"]),
        post_id="op" + number,
        target_post_id=pl.lit(None, dtype=pl.String),
    ).drop("at")
    posts = pl.concat([organic.posts_table, rows], how="diagonal").sort("created_at", "account_id", "post_id")
    accounts = pl.concat([organic.accounts_table, known.with_columns(moment).drop("at")], how="diagonal").sort(
        "account_id"
    )
    return replace(organic, posts_table=posts, accounts_table=accounts)


def linked(seed: int, operations: int, unrelated: int, reuse: float, scale: float = 0.004) -> cib.Links:
    """Each known operation against each later network."""
    known, later, members = world(seed, operations, unrelated, reuse, scale)
    library = cib.KnownNetworks()
    for k, (activity, ids) in enumerate(known):
        library = library.add(ids, f"known-{k}", activity)
    return link_members(later, members, library)


def figures(same: np.ndarray, different: np.ndarray) -> str:
    auc = (same[:, None] > different).mean() + (same[:, None] == different).mean() / 2
    found, false = (same >= 3).mean(), (different >= 3).mean()
    return f"{auc:>7.4f} {found:>14.1%} {false:>15.3%} {cllr(same, different):>7.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=20)
    parser.add_argument("--unrelated", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reuse", type=float, nargs="+", default=[0.5, 0.25, 0.0])
    options = parser.parse_args()
    print(f"synthetic, seed {options.seed}: {options.operations} operations twice, {options.unrelated} unrelated ones")
    print(f"{'targets reused':>14} {'without':<10} {'AUC':>7} {'linked, W >= 3':>14} {'false, W >= 3':>15} {'Cllr':>7}")
    for reuse in options.reuse:
        start = time.perf_counter()
        links = linked(options.seed, options.operations, options.unrelated, reuse)
        signals = links.signals.with_columns(same=pl.col("network_id").str.replace("next", "known") == pl.col("known"))
        whole = signals.group_by("network_id", "known", "same").agg(without=pl.col("contribution").sum())
        for signal, scores in [
            ("-", whole),
            *signals.partition_by("signal", as_dict=True, maintain_order=True).items(),
        ]:
            same, different = (scores.filter(same=same)["without"].to_numpy() for same in (True, False))
            print(f"{reuse:>14.0%} {''.join(signal):<10} {figures(same, different)}")
        print(f"{'':>14} {time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
