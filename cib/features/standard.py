"""Sets of features, and the standard set of the package.

A set is immutable: adding or removing features returns a new set.

>>> STANDARD - "hour_entropy" == STANDARD
False
>>> FeatureSet.by_family("coordination").names
('coaction_strength', 'coaction_partners', 'coaction_clustering', 'coaction_lead')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Any

from cib.errors import SettingsError, did_you_mean
from cib.features import attention, content, coordination, degree, profile, timing
from cib.features.feature import COLUMNS, INPUTS, Feature, describe

__all__ = ["STANDARD", "FeatureSet", "Features"]

#: Anything that specifies features: a function, the name of a standard feature, a set, or several of these.
Features = Feature | Callable[..., Any] | str | Iterable[Any]


class _ByFamily:
    """``FeatureSet.by_family(...)`` selects from the standard features, ``features.by_family(...)`` from `features`."""

    def __get__(self, features: FeatureSet | None, owner: type[FeatureSet]) -> Callable[[str], FeatureSet]:
        return partial(_of_family, STANDARD if features is None else features)


@dataclass(frozen=True, init=False, repr=False)
class FeatureSet:
    """An ordered set of features with unique names.

    Parameters
    ----------
    features : Feature, callable, str, FeatureSet or iterable of these
        Functions, or names of standard features.

    Raises
    ------
    SettingsError
        If a name is unknown or given twice, or a function has a parameter that is not an input.

    Examples
    --------
    >>> def night_share(posts):
    ...     '''Share of an account's posts between 00:00 and 06:00 UTC.'''
    >>> mine = FeatureSet(["h_index", night_share])
    >>> mine.names, mine.needs
    (('h_index', 'night_share'), ('posts', 'retweets'))
    >>> (mine + ["speed"] - "h_index").names
    ('night_share', 'speed')
    """

    features: tuple[Feature, ...]

    def __init__(self, features: Features = ()) -> None:
        object.__setattr__(self, "features", tuple(_each(features)))
        for k, name in enumerate(self.names):
            if name in self.names[:k]:
                raise SettingsError(
                    f"two features are called {name!r}",
                    remedy=f"Take one out first: features - {name!r} + [...], or use @cib.feature(name='...').",
                )

    by_family = _ByFamily()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(name for feature in self.features for name in feature.names)

    @property
    def needs(self) -> tuple[str, ...]:
        """Inputs that the features need."""
        asked = {need for feature in self.features for need in feature.needs}
        return tuple(name for name in INPUTS if name in asked)

    @property
    def families(self) -> tuple[str, ...]:
        """Families of the features, in order."""
        return tuple(dict.fromkeys(feature.family for feature in self.features))

    def __add__(self, other: Features) -> FeatureSet:
        return FeatureSet((*self.features, *_each(other)))

    def __radd__(self, other: Features) -> FeatureSet:
        return FeatureSet((*_each(other), *self.features))

    def __sub__(self, other: Features) -> FeatureSet:
        out = {other} if isinstance(other, str) else set(_names(other))
        for name in out:
            self._check(name)
        return FeatureSet(tuple(_without(self.features, out)))

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)

    def __len__(self) -> int:
        return len(self.features)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def _check(self, name: str) -> None:
        if name not in self.names:
            raise SettingsError(
                f"there is no feature {name!r} in this set",
                remedy=did_you_mean(name, self.names) or f"It has {', '.join(self.names)}.",
            )

    def __repr__(self) -> str:
        families = ", ".join(f"{len(_of_family(self, family).names)} {family}" for family in self.families)
        return f"FeatureSet({len(self.names)} features: {families})"

    def _repr_html_(self) -> str:
        rows = (
            f"<tr><td>{escape(name)}<td>{escape(label)}<td>{escape(unit)}<td>{escape(feature.family)}"
            for feature in self.features
            for name, label, unit in zip(feature.names, feature.labels, feature.units, strict=True)
        )
        return f"<table><tr><th>feature<th>label<th>unit<th>family{''.join(rows)}</table>"


def _each(features: Features) -> Iterator[Feature]:
    """Yield the features that an argument specifies."""
    if isinstance(features, str):
        STANDARD._check(features)
        yield from _without(STANDARD, set(STANDARD.names) - {features})
    elif isinstance(features, Iterable):
        for feature in features:
            yield from _each(feature)
    else:
        yield describe(features)


def _names(features: Features) -> Iterator[str]:
    """Yield the names of the columns that an argument specifies; a string is a name."""
    if isinstance(features, str):
        yield features
    elif isinstance(features, Iterable):
        for feature in features:
            yield from _names(feature)
    else:
        yield from describe(features).names


def _without(features: Iterable[Feature], out: set[str]) -> Iterator[Feature]:
    """Yield the features without some columns, leaving out features without remaining columns."""
    for feature in features:
        kept = [k for k, name in enumerate(feature.names) if name not in out]
        if kept:
            told: dict[str, Any] = {each: tuple(getattr(feature, each)[k] for k in kept) for each in COLUMNS}
            yield replace(feature, **told)


def _of_family(features: FeatureSet, family: str) -> FeatureSet:
    """Select the features of one family, such as 'degree', 'timing' or 'content'."""
    if family not in features.families:
        raise SettingsError(
            f"there is no family {family!r}",
            remedy=did_you_mean(family, features.families) or f"There are {', '.join(features.families)}.",
        )
    return FeatureSet(feature for feature in features if feature.family == family)


#: The standard features, by family.
STANDARD = FeatureSet(
    [
        degree.retweets_made,
        degree.retweet_degrees,
        degree.mention_degrees,
        degree.reply_degrees,
        degree.asymmetry,
        degree.mention_balance,
        degree.reciprocity,
        degree.h_index,
        degree.k_core,
        degree.in_share,
        degree.pagerank,
        degree.target_concentration,
        degree.to_core,
        attention.unearned_attention,
        attention.creation_batches,
        attention.days_off,
        timing.latencies,
        timing.speed,
        timing.intervals,
        timing.hours,
        timing.presence,
        content.originality,
        content.hashtags,
        content.links,
        content.texts,
        content.language_entropy,
        content.client_share,
        profile.followers,
        profile.engagement_anomaly,
        profile.creation,
        profile.presentation,
        coordination.coactions,
    ]
)
