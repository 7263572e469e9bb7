"""Acts that stay on an engine: counts of all accounts, and the rows of those that networks are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import narwhals as nw
import numpy as np
import polars as pl

from cib.engine import fetch
from cib.errors import InputError
from cib.graphs.graph import Graph
from cib.graphs.incidence import Incidence
from cib.graphs.numbered import NumberedActivity
from cib.graphs.relational import EngineIncidence, floor_mod
from cib.networks.acts import DAY, SATURDAY, THURSDAY, Acts, Flags, Ints, zones
from cib.networks.behaviour import COPIED, JOINT

__all__ = ["EngineActs"]


@dataclass(frozen=True, eq=False)
class EngineActs(Acts):
    """The acts of an activity on an engine.

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
        """Number of acts of each account; shape (n_accounts,)."""
        return self.activity.counts["made"]

    @cached_property
    def received(self) -> Ints:
        """Number of acts aimed at each account by others; shape (n_accounts,)."""
        aimed = self.activity.aimed.select(account="target")
        return self.activity.by_account(aimed, received=nw.len())["received"]

    @cached_property
    def language(self) -> tuple[Ints, list[str]]:
        """Code of the language of most acts of each account (0: unknown), and the languages."""
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
    def weekends(self) -> Ints:
        """Number of acts of each account on a Saturday or Sunday, by its own zone; shape (n_accounts,)."""
        code, names = self.language
        ahead = zones(names)
        different, own = np.unique(ahead, return_inverse=True)
        into_week = {f"z{k}": nw.col("created_at") + int(zone) + THURSDAY * DAY for k, zone in enumerate(different)}
        off = {name: (floor_mod(time, 7 * DAY) >= SATURDAY * DAY).cast(nw.Int64) for name, time in into_week.items()}
        rows = self.activity.posts.select("account", **off)
        counts = self.activity.by_account(rows, **{name: nw.col(name).sum() for name in off})
        return np.array(list(counts.values()))[own[code], np.arange(self.n_accounts)]

    @cached_property
    def order(self) -> Ints:
        """Positions of the accounts in an order that does not depend on their ids; shape (n_accounts,)."""
        counts = self.activity.counts
        return np.lexsort((counts["seconds"], counts["last"], counts["first"], self.received, self.made))

    def pairs_of(self, chosen: Flags) -> tuple[Ints, Ints, Ints]:
        """Row, source and target of the acts that some accounts made, or that are aimed at them."""
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

    def touched_by(self, chosen: Flags, kind: str) -> list[Incidence]:
        """The events of the layers of a kind on objects that some accounts acted on."""
        return [each.touched_by(chosen) for each in self.incidences(kind) if isinstance(each, EngineIncidence)]

    def seen_by(self, group: Ints, *, everybody: bool = False) -> Acts:
        """Return the acts of the members of networks (-1: in none), in memory."""
        if everybody:
            raise InputError(
                "a rule with min_single above 0 needs the posts in memory",
                remedy="Leave it at 0, or take the rows over first: activity.collect().",
            )
        for known, seen in self._seen:
            if (known == group).all():
                return seen
        self._seen.append((group, self._seen_by(group)))
        return self._seen[-1][1]

    def _seen_by(self, group: Ints) -> Acts:
        activity, rows = self.activity.rows_of(group >= 0)
        order = np.argsort(rows)
        graphs, kinds = list(self.graphs), set()
        for k, graph in enumerate(graphs):
            kind = graph.construction.objects
            if kind in (*JOINT, *COPIED) and kind not in kinds and isinstance(graph.incidence, EngineIncidence):
                kinds.add(kind)
                here = graph.incidence.of(group >= 0)
                popularity = here.popularity
                here = replace(here, row=order[np.searchsorted(rows, here.row, sorter=order)].astype(np.uint32))
                here.__dict__["popularity"] = popularity
                graphs[k] = replace(graph, incidence=here)
        seen = Acts(activity, graphs)
        seen.__dict__["received"] = self.received
        return seen
