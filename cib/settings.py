"""Settings: every choice of a detection, as one value."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from cib.errors import SettingsError, check_kind, check_several, check_whole
from cib.features.standard import STANDARD, FeatureSet
from cib.graphs.coaction import MAX_PAIRS
from cib.graphs.layers import LAYERS, Layer
from cib.networks.verdict import Rule
from cib.notebook import html_rows

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """Every choice of a detection; stored with its result.

    Parameters
    ----------
    layers : tuple of Layer
    alpha : float
        False discovery rate of edges over all layers together.
    rule : Rule
        Thresholds of clusters and verdicts.
    features : FeatureSet
        What is extracted; roles use what they know of it.
    max_pairs : int
        Pairs of events that one object may have; see :func:`cib.coaction_graph`.
    seed : int
        Of the clustering.
    exclude : collection of str
        Accounts that cannot be members of a network, such as the known outlets of a publisher. They are kept with
        the result and named in the report.

    Examples
    --------
    >>> import cib
    >>> cib.Settings(alpha=0.001).alpha
    0.001
    """

    layers: tuple[Layer, ...] = LAYERS
    alpha: float = 0.01
    rule: Rule = field(default_factory=Rule)
    features: FeatureSet = STANDARD
    max_pairs: int = MAX_PAIRS
    seed: int = 0
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise SettingsError("alpha must lie between 0 and 1", got=self.alpha, remedy="Take 0.01, say.")
        check_several("layers", self.layers, "[cib.Layer('post', '60s')]")
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise SettingsError("settings need at least one layer", remedy="Leave layers= out for the default ones.")
        for k, layer in enumerate(self.layers):
            check_kind(f"layers[{k}]", layer, Layer)
        check_kind("rule", self.rule, Rule)
        check_kind("features", self.features, FeatureSet)
        check_whole("seed", self.seed, 0)
        check_several("exclude", self.exclude, "['1234']")
        object.__setattr__(self, "exclude", tuple(sorted(set(map(str, self.exclude)))))

    @property
    def loosest_alpha(self) -> float:
        """The largest false discovery rate of edges that any stage looks at."""
        return max(self.alpha, self.rule.tie_alpha)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as in detection.json."""
        return {
            "layers": [layer.to_dict() for layer in self.layers],
            "alpha": self.alpha,
            "rule": asdict(self.rule),
            "features": list(self.features.names),
            "max_pairs": self.max_pairs,
            "seed": self.seed,
            "exclude": list(self.exclude),
        }

    def _repr_html_(self) -> str:
        return html_rows(self.to_dict())
