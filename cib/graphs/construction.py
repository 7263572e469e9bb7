"""Construction: the parameters of a projection that later stages depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

__all__ = ["Construction", "CrowdedObject", "Significance"]


@dataclass(frozen=True)
class CrowdedObject:
    """An object with more pairs or accounts than the limit.

    Parameters
    ----------
    object : str
    accounts : int
        Number of distinct accounts that acted on it.
    pairs : int, optional
        Number of pairs of events within the window.
    window_s : float, optional
        The shorter window in which its pairs were counted, in seconds.
    """

    object: str
    accounts: int
    pairs: int | None = None
    window_s: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the values that are known, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Significance:
    """How the edges of a projection were tested.

    Parameters
    ----------
    null : str or callable
        Null model.
    correction : {'bh', 'by'}
        Correction for the number of tests.
    alpha : float
        Largest false discovery rate among the edges kept; 1 where all are kept.
    """

    null: str | Callable[..., Any]
    correction: str
    alpha: float = 1.0


@dataclass(frozen=True)
class Construction:
    """How a projection was made.

    Parameters
    ----------
    objects : str
        Kind of object that the accounts share, such as ``'post'``.
    window_s : float or None
        Largest lag between two acts, in seconds; None: any.
    counts : bool
        Whether the weight of an edge is the number of distinct objects shared within the window, which is what
        the null models test. False for similarities and for other definitions of a weight.
    tested : Significance, optional
        Test of the edges; None before :func:`cib.backbone`.
    left_out, shortened : tuple of CrowdedObject
        Objects that exceeded a limit and were left out, or were counted in a shorter window.
    options : mapping
        Further arguments of the function that made the graph, for display; no stage reads them.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> made = cib.coaction_graph(activity, objects="post", window="10min").construction
    >>> made.objects, made.window_s, made.tested
    ('post', 600.0, None)
    """

    objects: str = "object"
    window_s: float | None = None
    counts: bool = True
    tested: Significance | None = None
    left_out: tuple[CrowdedObject, ...] = ()
    shortened: tuple[CrowdedObject, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "options": dict(self.options)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, options=MappingProxyType(state["options"]))
