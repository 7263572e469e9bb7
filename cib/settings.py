"""Settings: all parameters of a detection, as one immutable value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import tomli_w

from cib.domains import INSIDE, check_fields, whole
from cib.errors import InputError, SettingsError, check_kind, check_several, did_you_mean
from cib.extensions import find_extension, load_extension, reference_of
from cib.features.standard import STANDARD, FeatureSet
from cib.graphs.coaction import MAX_PAIRS
from cib.graphs.layers import LAYERS, Layer
from cib.networks.verdict import Rule
from cib.notebook import html_rows
from cib.roles.role import Role
from cib.roles.scoring import ROLES

__all__ = ["Settings"]

_T = TypeVar("_T")


@dataclass(frozen=True)
class Settings:
    """All parameters of a detection; stored with its result.

    Parameters
    ----------
    layers : tuple of Layer
    alpha : float
        False discovery rate of edges over all layers together.
    rule : Rule
        Thresholds of clusters and verdicts.
    features : FeatureSet
        Features to extract; a role uses those it has weights for.
    roles : tuple of Role
        Roles to score; each has a column in ``detection.accounts``. ``'highly_engaged'`` and ``'amplifier'`` are
        required, possibly with other weights. Roles do not influence the verdict of a network.
    max_pairs : int
        Maximum number of pairs of events on one object; see :func:`cib.coaction_graph`.
    seed : int
        Random seed of the clustering.
    exclude : collection of str
        Accounts that cannot be members of a network, such as the known outlets of a publisher. They are stored with
        the result and listed in the report.

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
    roles: tuple[Role, ...] = field(default_factory=lambda: ROLES)
    max_pairs: int = MAX_PAIRS
    seed: int = 0
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_fields(self, alpha=INSIDE, max_pairs=whole())
        check_several("layers", self.layers, "[cib.Layer('post', '60s')]")
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise SettingsError("settings need at least one layer", remedy="Leave layers= out for the default ones.")
        for k, layer in enumerate(self.layers):
            check_kind(f"layers[{k}]", layer, Layer)
        check_kind("rule", self.rule, Rule)
        check_kind("features", self.features, FeatureSet)
        check_several("roles", self.roles, "[*cib.Settings().roles, cib.Role(...)]")
        object.__setattr__(self, "roles", tuple(self.roles))
        _check_roles(self.roles)
        check_several("exclude", self.exclude, "['1234']")
        object.__setattr__(self, "exclude", tuple(sorted(set(map(str, self.exclude)))))

    @property
    def loosest_alpha(self) -> float:
        """Largest false discovery rate of edges that any stage uses."""
        return max(self.alpha, self.rule.tie_alpha)

    def to_dict(self) -> dict[str, Any]:
        """Convert the settings to plain values, as in detection.json."""
        return {
            "layers": [layer.to_dict() for layer in self.layers],
            "alpha": self.alpha,
            "rule": asdict(self.rule),
            "features": _feature_names(self.features),
            "roles": [role.name if role in ROLES else role.to_dict() for role in self.roles],
            "max_pairs": self.max_pairs,
            "seed": self.seed,
            "exclude": list(self.exclude),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Create settings from plain values, as returned by :meth:`to_dict`; missing ones have their defaults.

        Parameters
        ----------
        values : mapping
            Functions are given as ``'package.module:name'`` and imported from there; roles may be as well.

        Returns
        -------
        Settings

        Raises
        ------
        SettingsError
            If a name is unknown, a value is invalid, or a function cannot be found.

        Examples
        --------
        >>> import cib
        >>> cib.Settings.from_dict({"alpha": 0.05, "layers": [{"objects": "url", "window": "1h"}]}).layers[0].name
        'url 3600 s'
        """
        made = dict(_known(cls, values, "settings"))
        if "layers" in made:
            check_several("layers", made["layers"], "[{objects = 'post', window = '60s'}]")
            made["layers"] = tuple(_layer(layer, f"layers[{k}]") for k, layer in enumerate(made["layers"]))
        if "rule" in made:
            made["rule"] = _build(Rule, made["rule"], "rule")
        if "features" in made:
            made["features"] = _features(made["features"])
        if "roles" in made:
            check_several("roles", made["roles"], "['highly_engaged', 'amplifier', 'package.module:NAME']")
            made["roles"] = tuple(_role(role, f"roles[{k}]") for k, role in enumerate(made["roles"]))
        return cls(**made)

    def to_toml(self) -> str:
        """Convert the settings to TOML, to be edited and read by :meth:`from_toml`.

        >>> import cib
        >>> cib.Settings.from_dict(tomllib.loads(cib.Settings(alpha=0.05).to_toml())).alpha
        0.05
        """
        plain = self.to_dict()
        standard = list(STANDARD.names)
        if plain["features"][: len(standard)] == standard:
            plain["features"] = ["standard", *plain["features"][len(standard) :]]
        for layer in plain["layers"]:
            layer["window"] = "any time" if layer["window"] is None else layer["window"]
        for role in plain["roles"]:
            if not isinstance(role, str):
                role["weights"] = dict(role["weights"])
        return tomli_w.dumps(_without_none(plain))

    @classmethod
    def from_toml(cls, path: str | Path) -> Settings:
        """Read settings from a TOML file, as printed by ``cib settings``.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        Settings

        Raises
        ------
        InputError
            If the file does not exist or is not TOML.
        SettingsError
            As :meth:`from_dict`.
        """
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError("the settings cannot be read", where=str(path), got=error.strerror) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(
                "this is not TOML", where=str(path), got=str(error), remedy="Write a file with: cib settings > FILE."
            ) from error
        return cls.from_dict(values)

    def _repr_html_(self) -> str:
        return html_rows(self.to_dict())


def _known(kind: type, values: Any, where: str) -> Mapping[str, Any]:
    """Raise SettingsError unless `values` is a mapping whose keys are fields of `kind`; return it."""
    if not isinstance(values, Mapping):
        raise SettingsError(f"{where} must be a table of names and values", got=repr(values))
    names = [field.name for field in fields(kind)]
    for name in values:
        if name not in names:
            raise SettingsError(
                f"{where} have no {name!r}", remedy=did_you_mean(str(name), names) or f"There are {', '.join(names)}."
            )
    return values


def _build(kind: type[_T], values: Any, where: str) -> _T:
    try:
        return kind(**_known(kind, values, where))
    except TypeError as error:
        raise SettingsError(f"{where} lack a value", got=str(error)) from error


def _feature_names(features: FeatureSet) -> list[str]:
    """Return the names of standard features, and the references of other functions."""
    standard = {feature.function for feature in STANDARD}
    return [
        name
        for feature in features
        for name in (feature.names if feature.function in standard else [reference_of(feature.function)])
    ]


def _features(names: Any) -> FeatureSet:
    check_several("features", names, "['standard', 'package.module:name']")
    return FeatureSet(
        STANDARD
        if name == "standard"
        else name
        if name in STANDARD
        else find_extension("cib.features", str(name)) or name
        for name in names
    )


def _layer(given: Any, where: str) -> Layer:
    """Create a layer from plain values, or load one from an installed package by name."""
    found = find_extension("cib.layers", given) if isinstance(given, str) else None
    return _build(Layer, given, where) if found is None else found


def _role(given: Any, where: str) -> Role:
    """Return a role: built in, from an installed package or module by name, or from plain values."""
    if isinstance(given, str):
        known = {role.name: role for role in ROLES}
        return known[given] if given in known else load_extension("cib.roles", given)
    weights = given.get("weights") if isinstance(given, Mapping) else None
    if isinstance(weights, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in weights):
        given = {**given, "weights": dict(weights)}
    return _build(Role, given, where)


#: Reserved names: other columns of the tables, and values of the column ``role`` that are not names of roles.
_TAKEN = (
    *("account_id", "coordination", "role", "support", "network_id", "verdict", "joined", "network_role", "cluster"),
    *("acts", "aimed", "accounts", "boosted", "both", "peripheral", "low_support", "first", "last"),
)


def _check_roles(roles: tuple[Role, ...]) -> None:
    for k, role in enumerate(roles):
        check_kind(f"roles[{k}]", role, Role)
        if role.name in _TAKEN:
            raise SettingsError(f"a role cannot be called {role.name!r}", remedy="Other columns have that name.")
    names = [role.name for role in roles]
    for role in ROLES:
        if role.name not in names:
            raise SettingsError(
                f"the roles lack {role.name!r}",
                got=", ".join(names) or "none",
                remedy=f"Add to those that there are: roles=(*cib.Settings().roles, ...); {role.name!r} may have other "
                "weights.",
            )
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"two roles are called {name!r}", remedy="Give each a name of its own.")


def _without_none(values: Any) -> Any:
    """Remove None, which TOML cannot represent, from nested values."""
    if isinstance(values, Mapping):
        return {name: _without_none(value) for name, value in values.items() if value is not None}
    return [_without_none(value) for value in values] if isinstance(values, list) else values
