"""Acts that stay on an engine: only counts of all accounts, and rows of the members of networks, are fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import narwhals as nw
import numpy as np
import polars as pl

from cib.content.urls import hosts
from cib.engine import fetch
from cib.errors import InputError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.numbered import NumberedActivity
from cib.graphs.relational import EngineIncidence, Frame, floor_mod
from cib.networks.acts import DAY, SATURDAY, THURSDAY, Acts, Flags, Ints, unreturned

__all__ = ["EngineActs"]


@dataclass(frozen=True, eq=False)
class EngineActs(Acts):
    """Acts of an activity on an engine.

    Parameters
    ----------
    activity : NumberedActivity
    graphs : sequence of Graph
    """

    activity: NumberedActivity  # type: ignore[assignment]
    graphs: Sequence[Graph] = ()
    _near: list[tuple[Flags, tuple[Ints, Ints, Ints]]] = field(default_factory=list)
    _seen: list[tuple[Ints, Acts]] = field(default_factory=list)

    @cached_property
    def made(self) -> Ints:
        """Count the acts of each account; shape (n_accounts,)."""
        return self.activity.counts["made"]

    @cached_property
    def received(self) -> Ints:
        """Count the acts aimed at each account by others; shape (n_accounts,)."""
        aimed = self.activity.aimed.select(account="target")
        return self.activity.by_account(aimed, received=nw.len())["received"]

    @cached_property
    def language(self) -> tuple[Ints, list[str]]:
        """Return the code of the language of most acts of each account (0: unknown), and the languages."""
        code = np.zeros(self.n_accounts, dtype=np.int64)
        if "lang" not in self.activity.columns:
            return code, [""]
        used = self.activity.posts.select("account", "lang").filter(~nw.col("lang").is_null())
        used = self.activity.held(used.group_by("account", "lang").agg(n=nw.len()))
        most = used.group_by("account").agg(n=nw.col("n").max())
        first = fetch(used.join(most, on=["account", "n"]).group_by("account").agg(nw.col("lang").min()))
        names = ["", *first["lang"].unique().sort().to_list()]
        code[first["account"].to_numpy()] = first["lang"].replace_strict(names, range(len(names))).to_numpy()
        return code, names

    @cached_property
    def end(self) -> int:
        """Return the time of the last act, at least 0."""
        return int(self.activity.counts["last"].max(initial=0))

    @cached_property
    def reacted(self) -> Frame:
        """Select posts that act on another, which was made at ``made``: ``row, account, created_at, made``."""
        posts, time = self.activity.posts, nw.col("created_at")
        acts = posts.select("row", "account", "created_at", "target_post_id").filter(
            ~nw.col("target_post_id").is_null()
        )
        first = acts.group_by("target_post_id").agg(first=time.min())
        known = posts.filter(~nw.col("post_id").is_null()).group_by("post_id").agg(made=time.min())
        both = acts.join(first, on="target_post_id").join(
            known, left_on="target_post_id", right_on="post_id", how="left"
        )
        return self.activity.held(both.select("row", "account", "created_at", made=nw.coalesce("made", "first")))

    @cached_property
    def occasions(self) -> tuple[Ints, Ints]:
        """Count acts by account and occasion, and those of them at weekends; each of shape (n_accounts, 3)."""
        zone = pl.DataFrame({"account": np.arange(self.n_accounts, dtype=np.int32), "zone": self.zone})
        with self.activity.engine.lent(zone) as lent:
            posts, reacted = (frame.join(lent, on="account") for frame in (self.activity.posts, self.reacted))
            rest, on = _is_weekend("created_at"), _is_weekend("made")
            all_acts = posts.select("account", rest=rest.cast(nw.Int64))
            of_all = self.activity.by_account(all_acts, acts=nw.len(), rested=nw.col("rest").sum())
            flags = reacted.select("account", on=on.cast(nw.Int64), rest=rest.cast(nw.Int64))
            flags = flags.with_columns(both=nw.col("on") * nw.col("rest"))
            sums = {name: nw.col(name).sum() for name in ("on", "rest", "both")}
            of = self.activity.by_account(flags, acts=nw.len(), **sums)
        acts = (of_all["acts"] - of["acts"], of["acts"] - of["on"], of["on"])
        rested = (of_all["rested"] - of["rest"], of["rest"] - of["both"], of["both"])
        return np.column_stack(acts), np.column_stack(rested)

    @cached_property
    def actors(self) -> Ints:
        """Count the accounts that act on each account without return; shape (n_accounts,)."""
        pairs = self.activity.held(self.activity.aimed.select("source", "target").unique())
        back = pairs.select(source="target", target="source")
        alone = pairs.join(back, on=["source", "target"], how="anti").select(account="target")
        return self.activity.by_account(alone, actors=nw.len())["actors"]

    @cached_property
    def host_accounts(self) -> pl.DataFrame:
        """Count the accounts that link to each host: ``host, accounts``."""
        posts = self.activity.posts.filter(~nw.col("urls").is_null()).select("row", "account", host="urls")
        linked = posts.explode("host").filter(~nw.col("host").is_null())
        with self.activity.engine.mapped(linked, "host", hosts) as of:
            known = of.filter(~nw.col("host").is_null()).select("host", "account").unique()
            return fetch(known.group_by("host").agg(accounts=nw.len())).with_columns(pl.col("accounts").cast(pl.UInt32))

    @cached_property
    def order(self) -> Ints:
        """Sort the accounts independently of their ids; return their codes in this order, shape (n_accounts,)."""
        counts = self.activity.counts
        return np.lexsort((counts["seconds"], counts["last"], counts["first"], self.received, self.made))

    def pairs_of(self, chosen: Flags) -> tuple[Ints, Ints, Ints]:
        """Return row, source and target of the acts of some accounts and of those aimed at them."""
        for known, pairs in self._near:
            if not (chosen & ~known).any():
                return pairs
        codes, aimed = self.activity.lent(chosen), self.activity.aimed
        ends = (codes.select(nw.col("account").alias(end)) for end in ("source", "target"))
        parts = [aimed.join(end, on=end.columns, how="semi") for end in ends]
        table = fetch(nw.concat(parts).unique(), "acts of or on members").sort("row", "target")
        row, source, target = (table[name].cast(pl.Int64).to_numpy() for name in ("row", "source", "target"))
        self._near.append((chosen, (row, source, target)))
        return row, source, target

    def one_sided_of(self, chosen: Flags) -> tuple[Ints, Ints]:
        """Return source and target of the acts of some accounts on others that never act on them."""
        _, source, target = self.pairs_of(chosen)
        alone = unreturned(source, target, self.n_accounts) & chosen[source]
        return source[alone], target[alone]

    def touched_by(self, chosen: Flags, kind: str) -> list[Incidence]:
        """Return the events of the layers of a kind on objects on which some accounts acted."""
        return [each.touched_by(chosen) for each in self.incidences(kind) if isinstance(each, EngineIncidence)]

    def hashtag_users(self, chosen: Flags) -> pl.DataFrame:
        """Return ``tag, account``: the users of each hashtag that some accounts use in posts other than retweets."""
        if "hashtags" not in self.activity.columns:
            return pl.DataFrame(schema={"tag": pl.String, "account": pl.Int64})
        used = self.activity.incidence("hashtag").touched_by(chosen)
        tags = used.object_ids.gather(used.object)
        return pl.DataFrame({"tag": tags, "account": used.account.astype(np.int64)}).unique()

    def seen_by(self, group: Ints, *, everybody: bool = False) -> Acts:
        """Return at least the acts of the members of networks (-1: none), in memory."""
        if everybody:
            raise InputError(
                "a rule with min_single above 0 needs the posts in memory",
                remedy="Leave it at 0, or take the rows over first: activity.collect().",
            )
        for known, seen in self._seen:
            if not ((group >= 0) & (known < 0)).any():
                return seen
        self._seen.append((group, self._seen_by(group)))
        return self._seen[-1][1]

    def _seen_by(self, group: Ints) -> Acts:
        activity, rows = self.activity.rows_of(group >= 0)
        order = np.argsort(rows)
        graphs, kinds = list(self.graphs), set()
        for k, graph in enumerate(graphs):
            kind = graph.construction.objects
            if kind not in kinds and isinstance(graph.incidence, EngineIncidence):
                kinds.add(kind)
                here = graph.incidence.of(group >= 0)
                popularity = here.popularity
                here = replace(here, row=order[np.searchsorted(rows, here.row, sorter=order)].astype(np.uint32))
                here.__dict__["popularity"] = popularity
                graphs[k] = replace(graph, incidence=here)
        seen = Acts(activity, graphs)
        with self.activity.engine.lent(pl.DataFrame({"row": rows})) as lent:
            made = fetch(self.reacted.join(lent, on="row", how="semi").select("row", "made"), "acts of members")
        made = made.select(pl.col("row", "made").cast(pl.Int64))
        made = pl.DataFrame({"row": rows}).join(made, on="row", how="left", maintain_order="left")
        seen.__dict__.update(
            received=self.received,
            language=self.language,
            unearned=self.unearned,
            actors=self.actors,
            reacts_to=made["made"],
        )
        if "urls" in self.activity.columns:
            seen.__dict__["host_accounts"] = self.host_accounts
        return seen


def _is_weekend(time: str) -> nw.Expr:
    """Return whether a time is on a Saturday or Sunday in the time zone of its account, ``zone``."""
    return floor_mod(nw.col(time) + nw.col("zone") + THURSDAY * DAY, 7 * DAY) >= SATURDAY * DAY
