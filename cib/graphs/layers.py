"""Layers: the kinds of co-action that a detection looks for, and their significant edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from cib.activity import Activity
from cib.engine import EngineActivity
from cib.errors import check_whole
from cib.extensions import reference_of
from cib.graphs.coaction import Window, coaction_graphs, complete_edges, window_name, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.nulls.registry import NULLS, Null, backbone, check_null, keep_significant
from cib.graphs.objects import Objects, absent_column, check_objects, kind_of
from cib.notebook import html_rows
from cib.progress import stage

__all__ = ["LAYERS", "MORE_LAYERS", "OTHERWISE", "Layer", "coaction_layers", "significant"]


@dataclass(frozen=True, repr=False)
class Layer:
    """One kind of co-action to look for.

    Parameters
    ----------
    objects : str or callable
        What is shared; see :func:`cib.coaction_graph`. A function of the user is saved as ``'package.module:name'``,
        see :mod:`cib.extensions`.
    window : str, float, timedelta or None
    null : str or callable
        See :mod:`cib.graphs.nulls.registry`.
    min_weight : int
    max_accounts : int, optional
    """

    objects: Objects
    window: Window = "60s"
    null: Null = "configuration"
    min_weight: int = 2
    max_accounts: int | None = None

    def __post_init__(self) -> None:
        check_objects(self.objects)
        check_null(self.null)
        window_seconds(self.window)
        check_whole("min_weight", self.min_weight, 1)
        if self.max_accounts is not None:
            check_whole("max_accounts", self.max_accounts, 2)

    @classmethod
    def from_saved(cls, values: Mapping[str, Any]) -> Layer:
        """Make a layer from the values of a saved detection, without loading the functions that they name."""
        layer = object.__new__(cls)
        for field in fields(cls):
            object.__setattr__(layer, field.name, values.get(field.name, field.default))
        return layer

    @property
    def kind(self) -> str:
        """Name of the kind of object, or of the function that makes it."""
        return kind_of(self.objects)

    @property
    def name(self) -> str:
        """Kind of object and window, such as ``'post 60 s'``."""
        return f"{self.kind} {window_name(window_seconds(self.window))}"

    def to_dict(self) -> dict[str, Any]:
        """Return the values as JSON types, as in detection.json."""
        named = {
            name: choice if isinstance(choice, str) else reference_of(choice)
            for name, choice in (("objects", self.objects), ("null", self.null))
        }
        return {**asdict(self), **named, "window": window_seconds(self.window)}

    def __repr__(self) -> str:
        values = ((field, getattr(self, field.name)) for field in fields(self)[1:])
        changed = "".join(f", {field.name}={value!r}" for field, value in values if value != field.default)
        return f"Layer({self.objects!r}{changed})"

    def _repr_html_(self) -> str:
        return html_rows(self.to_dict())


#: Default layers of :class:`Settings`. A layer whose column the data lack is left out. Objects shared by more accounts
#: than the limit of a layer are left out of it.
LAYERS = (
    Layer("post", "60s"),
    Layer("post", "10min"),
    Layer("post", "1h"),
    Layer("author", None, "chung-lu", min_weight=3, max_accounts=500),
    Layer("text", None, "chung-lu", max_accounts=150),
    Layer("reworded", None, "chung-lu", max_accounts=150),
    Layer("url", None, "chung-lu", max_accounts=60),
    Layer("media", None, "chung-lu", max_accounts=60),
)

#: Other layers, for data with the columns they need: ``Settings(layers=(*LAYERS, MORE_LAYERS["co-text"]))``.
#: None is a default: each adds candidates, including accounts linked by share buttons, slogans and trends.
MORE_LAYERS: Mapping[str, Layer] = MappingProxyType(
    {
        "co-mention": Layer("mention", None, "chung-lu", min_weight=3, max_accounts=500),
        "co-reply": Layer("replied", "60s"),
        "co-quote": Layer("quoted", "60s"),
        "co-url": Layer("url", "60s"),
        "co-domain": Layer("domain", None, "chung-lu", min_weight=3, max_accounts=500),
        "co-hashtag": Layer("hashtag", None, "chung-lu", min_weight=3, max_accounts=500),
        "hashtag-sequence": Layer("hashtag-sequence", "10min"),
        "co-text": Layer("text", "10min"),
        "near-text": Layer("near-text", "10min"),
        "meaning": Layer("meaning", "10min"),
        "co-media": Layer("media", "60s"),
    }
)

#: Used besides by :func:`cib.detect` where no layer of :data:`LAYERS` has an object: in data of replies, quotes,
#: mentions or hashtags alone.
OTHERWISE = tuple(MORE_LAYERS[name] for name in ("co-reply", "co-quote", "co-mention", "co-hashtag"))

#: Schema of the summary of the layers.
TOLD = {
    "layer": pl.String,
    **dict.fromkeys(("objects", "events", "pairs_tested", "edges", "significant"), pl.Int64),
    "smallest_q": pl.Float64,
    "not_used": pl.String,
}


def coaction_layers(
    activity: Activity | EngineActivity,
    layers: Sequence[Layer],
    max_pairs: int,
    alpha: float,
    progress: bool = False,
    count: Callable[..., list[Graph]] = coaction_graphs,
) -> tuple[list[Graph], pl.DataFrame]:
    """Build and test the co-action graph of each layer.

    Parameters
    ----------
    activity : Activity
    layers : sequence of Layer
    max_pairs : int
    alpha : float
        Largest q-value of the edges kept.
    progress : bool
    count : callable
        :func:`cib.coaction_graphs`, or what counts the same (see :mod:`cib.graphs.counts`).

    Returns
    -------
    tested : list of Graph
        One graph for each layer with events.
    told : polars.DataFrame
        One row per layer: ``layer``; ``objects`` and ``events``, their numbers; ``pairs_tested``, the number of pairs
        of accounts with an event; ``edges``, the number of pairs that share at least the minimum number of objects;
        ``smallest_q``; and ``not_used``, the reason why it was not used, or null.
    """
    tested: list[Graph] = []
    rows: list[dict[str, Any]] = []
    for _, alike in groupby(layers, lambda layer: (layer.objects, layer.min_weight, layer.max_accounts)):
        several = list(alike)  # they differ by window
        column = absent_column(activity, several[0].objects)
        if column is not None:
            rows += [{"layer": layer.name, "not_used": f"the posts have no column {column!r}"} for layer in several]
            continue
        with stage(f"co-action {', '.join(layer.name for layer in several)}", progress):
            graphs = count(
                activity,
                several[0].objects,
                [layer.window for layer in several],
                several[0].min_weight,
                max_pairs=max_pairs,
                max_accounts=several[0].max_accounts,
            )
            for layer in several:
                graph = graphs.pop(0)
                told = {"layer": layer.name, **_told(graph)}
                if len(graph.events):
                    tested.append(_backbone(graph, layer.null, alpha))
                    told["smallest_q"] = tested[-1].table["q"].min()  # null where no edge has a q up to alpha
                rows.append(told)
                del graph  # release the memory of the untested edges
    return tested, pl.DataFrame(rows, schema=TOLD)


def _backbone(graph: Graph, null: Null, alpha: float) -> Graph:
    if callable(null) or null not in NULLS:  # it may look at more than weights
        graph = complete_edges(graph)
    return complete_edges(backbone(graph, null, alpha)).in_files()


def _told(graph: Graph) -> dict[str, Any]:
    events, active = graph.events, graph.events.n_active
    return {
        "objects": int(np.count_nonzero(events.popularity)),
        "events": len(events),
        "pairs_tested": active * (active - 1) // 2,
        "edges": graph.n_edges,
        "not_used": None if len(events) else "no post acts on such an object",
    }


def significant(tested: Sequence[Graph], alpha: float) -> Iterator[Graph]:
    """Keep the significant edges of tested layers: Benjamini-Hochberg within a layer, Bonferroni over the layers."""
    return (keep_significant(graph, alpha / len(tested)).in_files() for graph in tested)
