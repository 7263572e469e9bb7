"""Evaluate links: `python benchmarks/linkage.py [--world made operations takedown] [--seeds 0 1 2] [--each]`.

Three synthetic worlds, with memberships from the ground truth. A second generation has new accounts and new names.

* ``made``, generated here: 20 operations in two generations, two weeks apart, and 200 unrelated ones with the same
  language and topic, among the same organic accounts. The second generation keeps the hours, the client, the share
  `--reuse` of its own targets, half of its phrases and one of its sites.
* ``operations``, of the simulator: 20 of 80 operations restart, with the same language and topic, and with none to
  half of their targets. The known generation is taken from an activity without the later one, and vice versa.
* ``takedown``, of the simulator: the operation of 2019 against the teams of that of 2020, two other operations of
  2020, and audiences of single popular accounts. The teams of a seed are not independent.

``--wikisocks FOLDER`` evaluates on real pairs: a checkout of lraszewski/wiki-socks, in whose ``data`` each
investigation of sock puppets of an encyclopedia is a CSV file (``timestamp, revid, sock, user, page, message``) with
edits of the accounts attributed to one person and of others on the same pages. The earlier accounts of each
investigation are known, and the later ones are to be linked to them; ids and pages are hashed. An edit is a post that
mentions its page.

Prints AUC, the shares of linked and of unrelated pairs with W >= 3, and Cllr; with `--each` also without each
signal. Constants were chosen on seeds 0 to 9; evaluate on other seeds.
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

import cib
from cib.activity import TIME, Activity
from cib.linkage.known import KnownNetworks
from cib.linkage.links import cllr, link_members
from cib.linkage.signals import SIGNALS
from cib.simulation.wording import WORDS as SPOKEN
from cib.simulation.wording import invented

DAY = 86_400
WORDS = np.array(SPOKEN["zh"].split())
NAMES = ("{a}{d8}", "{a}{d4}", "{a}_{b}", "{A}{b}{d2}", "{a}{b}", "{a}.{d3}", "{d2}{a}")
#: Minimum number of edits of an account of a real investigation.
FEWEST_EDITS = 3
CLIENTS = ("android", "ios", "web", "scheduler")


class World(NamedTuple):
    """Known networks, each with its activity, a later activity, and the networks in it: ``account_id, network_id``."""

    known: dict[str, tuple[Activity, list[str]]]
    later: Activity
    members: pl.DataFrame


@dataclass(frozen=True)
class Operation:
    """Properties shared by the accounts of one operation."""

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
    """Create about twelve retweets and six posts per account, in two weeks."""
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


def made(seed: int, reuse: float, operations: int = 20, unrelated: int = 200, scale: float = 0.004) -> World:
    """Generate known operations, each with its activity, and an activity two weeks later with its networks.

    The second generation has the name of the first with the suffix ``-again``; others are named ``other-k``.
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
    names = [f"known-{k}-again" for k in range(operations)] + [f"other-{k}" for k in range(unrelated)]
    half = organic.imported.first + timedelta(days=14)
    before = replace(organic, posts_table=organic.posts_table.filter(pl.col("created_at") < half))
    after = replace(organic, posts_table=organic.posts_table.filter(pl.col("created_at") >= half))
    known = {}
    for k, operation in enumerate(first):
        ids = own_targets(rng, operation.size)
        known[f"known-{k}"] = joined(rng, before, [operation], [ids], topics, 0), list(ids)
    ids = [own_targets(rng, operation.size) for operation in later]
    members = pl.DataFrame(
        {"account_id": np.concatenate(ids).tolist(), "network_id": np.repeat(names, [len(x) for x in ids])}
    )
    return World(known, joined(rng, after, later, ids, topics, 14), members)


def on_topic(rng: np.random.Generator, organic: Activity, topics: np.ndarray) -> Activity:
    """Give a tenth of the organic posts in Chinese the hashtags and words of the topic."""
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
    """Add operations to the organic activity."""
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


def operations(seed: int, scale: float = 0.4) -> World:
    """Return the small operations of the simulator; a restarted one is named after the known one with ``-again``."""
    activity, truth = cib.simulate("operations", scale=scale, seed=seed)
    groups = truth.drop_nulls("operation").select("account_id", network_id="operation")
    again = pl.col("network_id").str.ends_with("-again")
    earlier = groups.filter(again)["network_id"].str.strip_suffix("-again").unique().sort()
    first, later = groups.filter(pl.col("network_id").is_in(earlier.implode())), groups.filter(again)
    before, after = (
        activity.keep_posts(~activity.posts_table["account_id"].is_in(absent["account_id"].implode()))
        for absent in (later, first)
    )
    known = {name: (before, first.filter(network_id=name)["account_id"].to_list()) for name in earlier}
    return World(known, after, groups.join(first, on="account_id", how="anti"))


def takedown(seed: int, scale: float = 0.01, audiences: int = 40) -> World:
    """Return the operation of 2019, and the networks of 2020."""
    before, disclosed = cib.simulate("takedown-2019", scale=scale, seed=seed)
    after, truth = cib.simulate("takedown-2020", scale=scale, seed=seed)
    known = {"takedown": (before, disclosed.drop_nulls("operation")["account_id"].to_list())}
    team = pl.when(operation="takedown-2020").then(pl.format("takedown-again-{}", "team")).otherwise("operation")
    networks = truth.drop_nulls("operation").select("account_id", network_id=team)
    organic = truth.filter(pl.col("operation").is_null())
    acts = after.posts_table.select("account_id", network_id="target_account_id").drop_nulls()
    acts = acts.join(organic, on="account_id", how="semi").join(organic, left_on="network_id", right_on="account_id")
    counts = acts.group_by("account_id", "network_id").len().sort("len", "network_id", descending=[True, False])
    favourite = counts.filter(pl.col("len") > 1).unique("account_id", keep="first", maintain_order=True)
    largest = favourite["network_id"].value_counts().sort("count", "network_id", descending=True).head(audiences)
    fans = favourite.join(largest, on="network_id", how="semi").select("account_id", "network_id")
    return World(known, after, pl.concat([networks, fans]))


def wikisocks(seed: int, folder: Path, investigations: int = 200, fewest: int = 4) -> World:
    """Sample investigations with enough accounts; the later half of their accounts is to be linked."""
    files = sorted((folder / "data" if (folder / "data").is_dir() else folder).glob("*.csv"))
    if not files:
        raise SystemExit(f"{folder} has no CSV files; give a checkout of lraszewski/wiki-socks")
    known, again, parts = {}, [], []
    for k in np.random.default_rng(seed).permutation(len(files)).tolist():
        rows = edits(files[k])
        first = rows.filter("sock").group_by("account_id").agg(pl.col("created_at").min(), pl.len())
        accounts = first.filter(pl.col("len") >= FEWEST_EDITS).sort("created_at", "account_id")["account_id"].to_list()
        if len(accounts) >= fewest:
            name, half = f"investigation-{k}", len(accounts) // 2
            known[name] = accounts[:half]
            again += [(account, f"{name}-again") for account in accounts[half:]]
            parts.append(rows)
        if len(known) == investigations:
            break
    everything = pl.concat(parts).unique("post_id", maintain_order=True)
    profiles = everything.select("account_id", "name").unique("account_id")
    later = pl.DataFrame(again, schema=["account_id", "network_id"], orient="row").unique("account_id")
    earlier = pl.Series([account for accounts in known.values() for account in accounts])
    posts = everything.select("account_id", "post_id", "created_at", "text", "mentions")
    before, after = (
        cib.read(posts.filter(~pl.col("account_id").is_in(absent.implode())), accounts=profiles)
        for absent in (later["account_id"], earlier)
    )
    return World({name: (before, accounts) for name, accounts in known.items()}, after, later)


def edits(file: Path) -> pl.DataFrame:
    """Read the edits of one investigation, with hashed accounts and pages."""
    rows = pl.read_csv(file, schema_overrides={"user": pl.String, "page": pl.String, "message": pl.String})
    hashed = {name: pl.col(name).map_elements(hidden, return_dtype=pl.String) for name in ("user", "page")}
    return rows.drop_nulls(["user", "timestamp"]).select(
        account_id=hashed["user"],
        post_id=pl.col("revid").cast(pl.String),
        created_at=pl.col("timestamp").str.to_datetime(time_zone="UTC", time_unit="us"),
        text=pl.col("message").fill_null(""),
        mentions=pl.concat_list(hashed["page"].fill_null("")),
        name="user",
        sock=pl.col("sock") == 1,
    )


def hidden(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def figures(scores: pl.DataFrame, score: str) -> str:
    same, different = (scores.filter(pl.col("same") == side)[score].to_numpy() for side in (True, False))
    auc = (same[:, None] > different).mean() + (same[:, None] == different).mean() / 2
    found, false = (same >= 3).mean(), (different >= 3).mean()
    pairs = f"{len(same)} and {len(different)}"
    return f"{pairs:>14} {auc:>7.4f} {found:>14.1%} {false:>14.2%} {cllr(same, different):>7.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", nargs="+", choices=["made", "operations", "takedown"], default=["made"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--reuse", type=float, nargs="+", default=[0.5, 0.25, 0.0], help="of the world made here")
    parser.add_argument("--wikisocks", type=Path, metavar="FOLDER", help="real pairs; then no other world")
    parser.add_argument("--each", action="store_true", help="also without each signal")
    options = parser.parse_args()
    worlds = {"operations": operations, "takedown": takedown}
    made_here = {f"made, {reuse:.0%}": partial(made, reuse=reuse) for reuse in options.reuse}
    chosen = [made_here if name == "made" else {name: worlds[name]} for name in options.world]
    if options.wikisocks:
        chosen = [{"wiki-socks": partial(wikisocks, folder=options.wikisocks)}]
    print("world        seed without   same and other     AUC linked, W >= 3  false, W >= 3    Cllr")
    for name, world in {name: world for worlds in chosen for name, world in worlds.items()}.items():
        scores = []
        for seed in options.seeds:
            signals = linked(world(seed))
            scores.append(signals)
            show(f"{name:<12} {seed:>4}", signals, options.each)
        if len(scores) > 1:
            show(f"{name:<12} {'all':>4}", pl.concat(scores), options.each)


def linked(world: World) -> pl.DataFrame:
    """Return the contribution of each signal to each pair of known and later network, and whether they are the same."""
    library = KnownNetworks()
    for name, (activity, accounts) in world.known.items():
        library = library.add(accounts, name, activity)
    links = link_members(world.later, world.members, library)
    same = pl.col("network_id").str.starts_with(pl.col("known") + "-again")
    return links.signals.join(links.table, on=["network_id", "known"]).with_columns(same=same)


def show(title: str, signals: pl.DataFrame, each: bool) -> None:
    print(title, f"{'-':<9}", figures(signals.filter(signal=SIGNALS[0]), "score"), flush=True)
    for signal in SIGNALS if each else ():
        print(title, f"{signal:<9}", figures(signals.filter(signal=signal), "without"), flush=True)


if __name__ == "__main__":
    main()
