"""Simulate the activity of a scenario, with its ground truth and the costs of evasion."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from cib.activity import POST_COLUMNS, Activity
from cib.domains import PATH, SEED, TEXT, either, real, takes
from cib.errors import SettingsError
from cib.import_report import ImportReport
from cib.simulation.drafts import Draft, draft
from cib.simulation.evasion import Evasion
from cib.simulation.scenarios import Scenario

__all__ = ["Simulation", "simulate", "write"]

#: Number of posts written at a time.
ROWS = 250_000


@dataclass(frozen=True, eq=False, repr=False)
class Simulation:
    """Simulated activity with its ground truth; unpacks as ``activity, truth``.

    Parameters
    ----------
    activity : Activity
    truth : polars.DataFrame
        One row per account, sorted by ``account_id``: ``operation`` (null if organic), ``role`` (``'highly_engaged'``,
        ``'amplifier'``, ``'both'``, or null for organic accounts and those of neither role), ``community``
        (``'organic'``, ``'celebrity'``, ``'fandom'``, ``'multi-idol-fandom'`` and others, or the name of the
        operation), ``team`` (subgroup of an operation; null if organic).
    costs : polars.DataFrame
        One row per operation, the costs of its evasion: ``planned`` and ``boosts``, the numbers of planned and actual
        actions that serve it; ``amplification_lost``, 1 - boosts / planned; ``delay`` and ``delay_added``, the median
        delay of a boost after its post in seconds, and its increase due to evasion; ``effort``, actions of its members
        per boost; ``bought``, the share of its accounts that were bought.
    """

    activity: Activity
    truth: pl.DataFrame
    costs: pl.DataFrame

    def __iter__(self) -> Iterator[Any]:
        return iter((self.activity, self.truth))

    def __repr__(self) -> str:
        sizes = self.truth["community"].value_counts().sort("count", "community", descending=[True, False])
        crowds = ", ".join(f"{size:,} {name}" for name, size in sizes.iter_rows())
        return f"Simulation({self.activity.imported.source}: {len(self.activity):,} rows; accounts: {crowds})"

    def _repr_html_(self) -> str:
        counts = self.truth.group_by("community", "operation", "role").len("accounts")
        table = counts.sort("accounts", "community", "role", descending=[True, False, False])
        with pl.Config(tbl_rows=-1):
            return f"<p>{escape(repr(self))}</p>{table._repr_html_()}"


@takes(scenario=TEXT, scale=either(real(0, 10, above=True), None), seed=SEED)
def simulate(
    scenario: str = "takedown-2020",
    *,
    scale: float | None = None,
    seed: int = 0,
    evasion: Mapping[str, int] | str | None = None,
) -> Simulation:
    """Simulate account activity with known ground truth.

    Parameters
    ----------
    scenario : {'takedown-2020', 'takedown-2020-mixed-roles', 'takedown-2019', 'organic', 'tactics', \
'tactics-organic', 'operations', 'originals', 'reply-brigade', 'readers'}
        ``'takedown-2020'``: the operations disclosed in June 2020, among organic accounts with
        fandoms, newsrooms, celebrities and a viral post. ``'takedown-2020-mixed-roles'``: a fifth of the
        core also amplifies. ``'takedown-2019'``: the previous generation, in the summer before, among
        the same organic accounts if scale and seed are the same. ``'organic'``: no operation.
        ``'tactics'``: five small operations, ``'tactic-A'`` (retweets within about a minute) to ``'tactic-E'``,
        among all look-alike crowds: fans of one idol and of several, news crowds, a breaking
        burst, activists, retweet pods, scheduled accounts, a wave of new accounts.
        ``'tactics-organic'``: the same without the operations. ``'operations'``: many unrelated small operations in
        one language on the same topics, a quarter of which restart under the name ``...-again``.
        In the last three, sizes and habits of all parts are drawn from wide priors by the seed:
        ``'originals'``, one to three operations that post prepared lines and boost nobody;
        ``'reply-brigade'``, one that answers well-known authors with prepared points; ``'readers'``, no
        operation, but publishers of one domain, share buttons, friends who answer each other, and the crowds
        of the tactics.
    scale : float, optional
        For the takedown, 1 is the published size: 23,750 highly engaged accounts and 150,000
        amplifiers; the default 0.01 yields 21 thousand accounts and 200 thousand rows. For the
        tactics, the default 1 is 22 thousand organic accounts; the operations have 340 accounts
        at any scale.
    seed : int
        Seed of the random generator; the same seed yields the same activity.
    evasion : mapping of str to int, or 'moderate', optional
        Evasion of all operations, each kind at a strength of 0 (as planned) to 3:
        ``jitter`` (a median of 10 minutes, 1 hour or 12 hours added to each delay), ``camouflage`` (1, 4 or 10
        everyday reactions per boost), ``cells`` (posts are divided among 2, 5 or 20 cells),
        ``rate_matching`` (at most 100, 50 or 10 actions of a member), ``dilution`` (20, 40 or 60 % of the
        boosts go to popular authors), ``quota_skew`` (boosts are distributed unequally over members),
        ``aged_metadata`` (a third, two thirds or all accounts were bought), ``partial_observation`` (50, 10 or
        1 % of all actions are observed). ``'moderate'`` is strength 2 of the first six.

    Returns
    -------
    Simulation
        ``activity, truth``, and the ``costs`` of evasion.

    Raises
    ------
    SettingsError
        If the scenario or evasion is unknown, the scale is too small, or the seed is negative.

    Notes
    -----
    The span is four weeks, with a resolution of one second. Retweets have no text. Sources of all parameters:
    Twitter, ASPI and the Stanford Internet Observatory for the takedown; Pareto activity, Zipf popularity and
    lognormal latency for all other accounts. No parameter was measured on real accounts, and results
    hold for simulated data only.

    Examples
    --------
    >>> import cib
    >>> activity, truth = cib.simulate("takedown-2020", scale=0.002, seed=1)
    >>> truth.columns
    ['account_id', 'operation', 'role', 'community', 'team']
    >>> truth.filter(operation="takedown-2020")["role"].value_counts(sort=True).rows()
    [('amplifier', 300), ('highly_engaged', 48)]
    >>> len(truth) == len(activity.account_ids)
    True

    Evasion has costs:

    >>> costs = cib.simulate(scale=0.002, seed=1, evasion={"jitter": 2}).costs
    >>> costs.filter(operation="takedown-2020")["delay_added"].item() > 3_000
    True
    """
    source, drafted = _drafted(scenario, scale, seed, evasion)
    posts = drafted.posts()
    report = ImportReport(
        source,
        "simulation",
        rows_read=posts.height,
        rows_kept=posts.height,
        first=posts["created_at"][0],
        last=posts["created_at"][-1],
        precision=1.0,
        notes=("Made by cib.simulate(): no account or post is real.",),
    )
    return Simulation(Activity(posts, drafted.profiles(), report), drafted.truth(), drafted.costs)


@takes(folder=PATH, scenario=TEXT, scale=either(real(0, 10, above=True), None), seed=SEED)
def write(
    folder: str | Path,
    scenario: str = "takedown-2020",
    *,
    scale: float | None = None,
    seed: int = 0,
    evasion: Mapping[str, int] | str | None = None,
) -> Path:
    """Write simulated data to a folder, without holding all posts in memory as an activity.

    The folder contains ``posts.parquet``, ``accounts.parquet``, ``truth.parquet`` and ``simulation.json``, which states
    the parameters and the costs of evasion. At scale 1 the takedown has 21 million posts.

    Parameters
    ----------
    folder : str or Path
        Created if it does not exist.
    scenario, scale, seed, evasion
        As for :func:`simulate`.

    Returns
    -------
    Path
        The folder.

    Examples
    --------
    >>> import tempfile, cib
    >>> from cib.simulation import write
    >>> folder = write(tempfile.mkdtemp(), scale=0.001, seed=1)
    >>> activity = cib.read(folder / "posts.parquet", accounts=folder / "accounts.parquet", progress=False)
    >>> activity.fingerprint == cib.simulate(scale=0.001, seed=1).activity.fingerprint
    True
    """
    folder = Path(folder)
    source, drafted = _drafted(scenario, scale, seed, evasion)
    folder.mkdir(parents=True, exist_ok=True)
    n = len(drafted.order)

    def chunks(*_: object) -> Iterator[pl.DataFrame]:
        return (drafted.posts(slice(first, first + ROWS)) for first in range(0, n, ROWS))

    register_io_source(chunks, schema=POST_COLUMNS).sink_parquet(folder / "posts.parquet")
    drafted.profiles().write_parquet(folder / "accounts.parquet")
    drafted.truth().write_parquet(folder / "truth.parquet")
    facts = {"made_by": source, "posts": n, "synthetic": True, "costs": drafted.costs.to_dicts()}
    (folder / "simulation.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return folder


def _drafted(
    scenario: str, scale: float | None, seed: int, evasion: Mapping[str, int] | str | None
) -> tuple[str, Draft]:
    """Return a label of the call, and the simulated draft."""
    recipe, evades = Scenario.named(scenario), Evasion.of(evasion)
    scale = recipe.checked(scale)
    if seed < 0:
        raise SettingsError(
            "a seed is not negative", where="simulate", got=seed, remedy="Take 0 or any whole number above."
        )
    told = f", evasion={evasion!r}" if evasion else ""
    source = f"simulate({scenario!r}, scale={scale:g}, seed={seed}{told})"
    return source, draft(recipe, scale, np.random.default_rng(seed), evades)
