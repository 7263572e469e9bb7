"""Layers: the kinds of co-action that a detection looks for, and their significant edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from types import MappingProxyType
from typing import Any

from cib.activity import Activity
from cib.errors import check_whole
from cib.extensions import reference_of
from cib.graphs.coaction import Window, coaction_graphs, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.nulls.registry import Null, backbone, check_null, keep_significant
from cib.graphs.objects import Objects, check_objects, kind_of
from cib.notebook import html_rows
from cib.progress import stage

__all__ = ["LAYERS", "MORE_LAYERS", "Layer", "coaction_layers", "significant"]


@dataclass(frozen=True)
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
        """Make a layer of what a saved detection says, without looking for the functions that it names."""
        layer = object.__new__(cls)
        for field in fields(cls):
            object.__setattr__(layer, field.name, values.get(field.name, field.default))
        return layer

    @property
    def kind(self) -> str:
        """The name of the kind of object, or of the function that makes it."""
        return kind_of(self.objects)

    @property
    def name(self) -> str:
        """What is shared and how closely in time, such as ``'post 60 s'``."""
        seconds = window_seconds(self.window)
        return f"{self.kind} {'any time' if seconds is None else f'{seconds:g} s'}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as in detection.json."""
        named = {
            name: choice if isinstance(choice, str) else reference_of(choice)
            for name, choice in (("objects", self.objects), ("null", self.null))
        }
        return {**asdict(self), **named, "window": window_seconds(self.window)}

    def _repr_html_(self) -> str:
        return html_rows(self.to_dict())


#: The layers of :class:`Settings`: co-retweeted posts within a minute and within ten, and authors that
#: were retweeted by the same accounts at any time (authors with more than 500 retweeters link nobody).
LAYERS = (
    Layer("post", "60s"),
    Layer("post", "10min"),
    Layer("author", None, "chung-lu", min_weight=3, max_accounts=500),
)

#: Other layers, for data that have what they look at: ``Settings(layers=(*LAYERS, MORE_LAYERS["co-text"]))``.
#: None is on by default: each adds candidates of its own, and share buttons, slogans and trends with them.
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
    }
)


def coaction_layers(
    activity: Activity, layers: Sequence[Layer], max_pairs: int, alpha: float, progress: bool = False
) -> list[Graph]:
    """The co-actions of each layer that the data have, tested; no edge with a q above `alpha`, as most have."""
    tested = []
    for _, alike in groupby(layers, lambda layer: (layer.objects, layer.min_weight, layer.max_accounts)):
        several = list(alike)  # they differ by window
        with stage(f"co-action {', '.join(layer.name for layer in several)}", progress):
            graphs = _coactions(activity, several, max_pairs)
            for layer in several:
                graph = graphs.pop(0)
                if len(graph.events):
                    tested.append(backbone(graph, layer.null, alpha))
                del graph  # all edges of a layer are many, and no longer needed
    return tested


def significant(tested: Sequence[Graph], alpha: float) -> list[Graph]:
    """Of edges from :func:`coaction_layers`: Benjamini-Hochberg within a layer, Bonferroni over the layers."""
    return [keep_significant(graph, alpha / len(tested)) for graph in tested]


def _coactions(activity: Activity, layers: list[Layer], max_pairs: int) -> list[Graph]:
    return coaction_graphs(
        activity,
        layers[0].objects,
        [layer.window for layer in layers],
        layers[0].min_weight,
        max_pairs=max_pairs,
        max_accounts=layers[0].max_accounts,
    )
