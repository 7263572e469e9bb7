"""Detection: what was found, with what it was found from; questions about it, and files of it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from cib.activity import Activity, to_library
from cib.domains import COUNT, FLAG, INSIDE, LIMIT, PATH, SEED, TEXT, WINDOW, either, real, several, takes
from cib.errors import CibWarning, InputError, SettingsError, check_kind, check_several, check_whole
from cib.features.table import FeatureTable
from cib.folders import ensure_folder
from cib.graphs.coaction import Window, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.layers import TOLD
from cib.import_report import ImportReport
from cib.networks.network import Networks
from cib.profiles.explanations import explanations
from cib.profiles.profile import Profile, profile
from cib.progress import stage
from cib.reports.anonymity import hide_tables, public_about
from cib.reports.data import gather
from cib.reports.explorer import explore
from cib.reports.files import CSV
from cib.reports.limits import LIMITS
from cib.reports.page import write_page
from cib.reports.release import write_release
from cib.reports.result import about, outcome_of
from cib.reports.spreadsheet import write_spreadsheet
from cib.reports.stix import write_stix
from cib.robustness.comparison import Comparison, compare
from cib.robustness.matching import Timeline, timeline
from cib.robustness.power import power
from cib.robustness.reruns import Rerun
from cib.roles import RoleScores
from cib.saved.reading import AbsentActivity, read_findings, read_result
from cib.saved.writing import AUDIENCE, tables_of, write_result
from cib.settings import Settings

__all__ = ["Detection", "load"]

#: A length of time as Polars writes it, above 0.
_DURATION = re.compile(r"(?=.*[1-9])([0-9]+(mo|ms|[smhdwqy]))+")


@contextmanager
def _said_once() -> Iterator[None]:
    """Of warnings that differ in their figures at most, the first stands for all, and says how many there were."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CibWarning)
        yield
    alike: dict[tuple[type[Warning], str], list[str]] = {}
    for warning in caught:
        said = str(warning.message)
        alike.setdefault((warning.category, re.sub(r"[\d.,]+", "", said)), []).append(said)
    for (category, _), (first, *more) in alike.items():
        warnings.warn(first + (f" (and {len(more)} more like it)" if more else ""), category, stacklevel=4)


@dataclass(frozen=True, eq=False, repr=False)
class Detection:
    """What was found, with what it was found from.

    Parameters
    ----------
    table : polars.DataFrame
        One row an account: ``account_id, coordination``, a score for each role of the settings (``highly_engaged``,
        ``amplifier``), ``role, network_id, verdict, joined, network_role, cluster``, highest coordination first.
        ``coordination`` is 0 where nothing significant was found; ``network_id``, ``verdict`` and ``joined`` are null
        outside networks; ``cluster`` is the account's cluster in the retweet graph, which holds accounts together
        with those they boost.
    networks : Networks
    graphs : dict of str to Graph
        The interaction graphs (``'retweet'``, ``'mention'``, ...) and the significant edges of each
        layer, by name.
    features : FeatureTable
    roles : RoleScores
    settings : Settings
    imported : ImportReport
    activity : Activity
        What was analysed.
    notes : tuple of str
        What weakens the result: warnings met on the way.
    tested : polars.DataFrame
        See :attr:`layers`.
    """

    table: pl.DataFrame
    networks: Networks
    graphs: dict[str, Graph]
    features: FeatureTable
    roles: RoleScores
    settings: Settings
    imported: ImportReport
    activity: Activity
    notes: tuple[str, ...] = ()
    tested: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TOLD))

    @property
    def layers(self) -> Any:
        """One row a layer: ``layer, objects, events, pairs_tested, edges, significant, smallest_q, not_used``.

        ``edges`` are pairs that share at least the minimum of objects, ``significant`` those that chance does not
        explain; ``not_used`` says why a layer was not used, null if it was.
        """
        return to_library(self.tested, self.activity.library)

    @property
    def outcome(self) -> str:
        """``'found'``, ``'nothing found by these tests'`` or ``'nothing to test'``."""
        return outcome_of(self)

    @property
    def accounts(self) -> Any:
        """One row an account, in the library that the activity came in."""
        return to_library(self.table, self.activity.library)

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the activity; see :attr:`cib.Activity.fingerprint`."""
        return self.activity.fingerprint

    @cached_property
    def findings(self) -> dict[str, Any]:
        """What both the saved folder and the page say, as plain values; gathered once."""
        return read_findings(self.activity.folder) if isinstance(self.activity, AbsentActivity) else gather(self)

    @takes(network_id=TEXT)
    def profile(self, network_id: str) -> Profile:
        """Who is in a network, what it talks about, when, and how far it reached.

        Parameters
        ----------
        network_id : str
            Such as ``'N1'``.
        """
        return profile(self.activity, self.networks[network_id])

    @takes(network_id=TEXT)
    def explanations(self, network_id: str) -> Any:
        """What else might explain a network; see :func:`cib.profiles.explanations.explanations`."""
        return self.activity.native(explanations(self.activity, self.networks[network_id]))

    @_said_once()
    @takes(progress=FLAG, windows=several(WINDOW, "['60s', '10min']"), alphas=several(INSIDE, "[0.001, 0.01]"))
    def sensitivity(
        self,
        windows: Sequence[Window] = ("30s", "60s", "5min", "10min"),
        alphas: Sequence[float] = (0.001, 0.01, 0.05),
        *,
        progress: bool = True,
    ) -> Any:
        """What other thresholds would have found.

        Parameters
        ----------
        windows : sequence of str, float or timedelta
            Each in place of the windows of all layers that have one; layers at any time stay.
        alphas : sequence of float
            False discovery rates.
        progress : bool
            Print a line a window to standard error.

        Returns
        -------
        frame
            One row a window (in seconds) and alpha: ``window_s, alpha, networks, candidates, accounts, kept,
            agreement``: networks, those of them with verdict ``candidate``, their members, share of this
            detection's members that are among them, and Jaccard similarity of both sets of members.
        """
        check_several("windows", windows, "['60s', '10min']")
        check_several("alphas", alphas, "[0.001, 0.01]")
        for window in windows:
            window_seconds(window)  # which refuses what is not a length of time
        settings = [replace(self.settings, alpha=alpha) for alpha in alphas]
        return self.activity.native(self._rerun.sensitivity(windows, settings, progress))

    @_said_once()
    @takes(runs=COUNT, share=real(0, 1, above=True), seed=SEED, progress=FLAG)
    def stability(self, runs: int = 10, share: float = 0.8, seed: int = 0, *, progress: bool = True) -> Any:
        """How often each member stays with its network when the data or the clustering change a little.

        Parameters
        ----------
        runs : int
            Samples, and seeds of the clustering.
        share : float
            Share of the acts that each sample has.
        seed : int
            Of the samples.
        progress : bool
            Print a line a sample to standard error.

        Returns
        -------
        frame
            One row a member: ``account_id, network_id, resampled, reseeded``: share of the samples, and of
            other seeds of the clustering, in which the account is in the network that has most of its own.
        """
        check_whole("runs", runs, 1)
        check_whole("seed", seed, 0)
        if not 0 < share <= 1:
            raise SettingsError("share must be above 0 and at most 1", got=share, remedy="Take 0.8, say.")
        return self.activity.native(self._rerun.stability(runs, share, seed, progress))

    @_said_once()
    @takes(accounts=several(COUNT, "[5, 20]"), acts=several(COUNT, "[5, 20]"), trials=COUNT, seed=SEED, progress=FLAG)
    def power(
        self,
        accounts: Sequence[int] = (5, 10, 20, 50),
        acts: Sequence[int] = (5, 20),
        trials: int = 3,
        seed: int = 0,
        *,
        progress: bool = True,
    ) -> Any:
        """Which operations would have been found in these data, at these settings.

        Operations are made up and planted into the activity, one at a time, and the search runs again: what "nothing
        found" means depends on it. An operation acts on a common list of objects, each account on four fifths of
        them, with exponential delays: retweets of accounts of its own (a minute on average) if the data have
        retweets, otherwise texts or links (ten minutes). Nothing is known of its accounts.

        Parameters
        ----------
        accounts : sequence of int
            Sizes of operations.
        acts : sequence of int
            Acts of each account.
        trials : int
            Operations of each size and number of acts. The number of searches is the product of all three.
        seed : int
            Of the operations.
        progress : bool
            Print a line a size and number of acts to standard error.

        Returns
        -------
        frame
            One row a size and number of acts: ``planted`` (``'retweets'``, ``'texts'`` or ``'links'``), ``accounts,
            acts, trials``, ``found``: in how many trials half of the accounts or more are in one network with verdict
            ``candidate`` or ``coordinated``, and ``candidate``, in how many it is a candidate.

        Raises
        ------
        InputError
            If the data hold neither retweets nor texts nor links.

        Examples
        --------
        >>> import cib
        >>> activity = cib.simulate("organic", scale=0.001, seed=4).activity
        >>> detection = cib.detect(activity, progress=False)
        >>> detection.power([3, 20], [20], trials=1, progress=False)["found"].to_list()
        [0, 1]
        """
        check_several("accounts", accounts, "[5, 20]")
        check_several("acts", acts, "[5, 20]")
        return self.activity.native(power(self._rerun, accounts, acts, trials, seed, progress))

    @_said_once()
    @takes(progress=FLAG)
    def over_time(self, window: str = "7d", step: str | None = None, *, progress: bool = True) -> Timeline:
        """The networks of sliding windows of time, matched from each to the next.

        Parameters
        ----------
        window : str
            Length, as Polars writes durations: ``'7d'``, ``'12h'``.
        step : str, optional
            From one start to the next; the length if not given, so that windows do not overlap.
        progress : bool
            Print a line a window to standard error.

        Returns
        -------
        Timeline
        """
        step = window if step is None else step
        for argument, given in (("window", window), ("step", step)):
            if not _DURATION.fullmatch(str(given)):
                raise SettingsError(f"{argument}={given!r} is not a length of time", remedy="Write '7d' or '12h', say.")
        posts = self.activity.posts_table
        starts = posts.select(
            pl.datetime_range(pl.col("created_at").min().dt.truncate("1h"), pl.col("created_at").max(), step)
        ).to_series()
        found = {}
        for k, start in enumerate(starts, 1):
            with stage(f"window {k} of {len(starts)}", progress):
                end = pl.select(pl.lit(start).dt.offset_by(window)).item()
                inside = posts["created_at"].is_between(start, end, "left")
                found[start] = self._rerun.found_in(inside).members.select("account_id", "network_id")
        return timeline(found, self.activity.library)

    @_said_once()
    @takes(because=FLAG, progress=FLAG)
    def compare(self, other: Detection | Settings, *, because: bool = True, progress: bool = True) -> Comparison:
        """What another detection, or this one at other settings, finds differently, and because of which choice.

        Parameters
        ----------
        other : Detection or Settings
        because : bool
            Search again with each choice that differs, one at a time, for what it changes. Needs the activity.
        progress : bool
            Print a line a search to standard error.

        Returns
        -------
        Comparison
            With the frames ``accounts``, ``networks`` and ``choices``.

        Examples
        --------
        >>> import cib
        >>> detection = cib.detect(cib.simulate(scale=0.001, seed=3).activity, progress=False)
        >>> detection.compare(cib.Settings(alpha=0.001), progress=False)
        Comparison
          accounts in networks: ... kept, ... moved, ... gone, ... new; agreement ...
          networks: ... go together with one there, ... of them with another verdict; ...
          alpha: 0.01 here, 0.001 there; alone: ... networks, ... candidates, ... accounts new, ... gone
        """
        here = self._rerun
        if isinstance(other, Settings):
            there = replace(here, settings=other)
            with stage("the other settings", progress):
                there = replace(there, networks=there.search_again())
            return compare(here, there, same_activity=True, because=because, progress=progress)
        check_kind("other", other, Detection)
        same = self.fingerprint == other.fingerprint
        return compare(here, other._rerun, same_activity=same, because=because, progress=progress)

    @property
    def _rerun(self) -> Rerun:
        return Rerun(self.activity, self.settings, self.roles, self.networks)

    @takes(folder=PATH, overwrite=FLAG, write=either(several(TEXT, "['tables']"), None))
    def save(
        self,
        folder: str | Path,
        write: Sequence[str] | None = None,
        *,
        overwrite: bool = False,
        csv: CSV = "safe",
    ) -> Path:
        """Write the detection to a folder, for whoever holds the data: :func:`cib.load` reads it back.

        Parameters
        ----------
        folder : str or Path
            Made if need be. It holds the earlier result until all new files are written, then the new one, whatever
            ends the program in between. Of two processes that write into one folder, one waits for the other (not
            on Windows). Files that belong to no result stay.
        write : sequence of {'tables', 'report', 'graphs'}, optional
            Default: tables and report, and of the graphs those of at most 5,000 edges.
        overwrite : bool
            Replace an earlier detection; otherwise a folder in use is an error.
        csv : {'safe', 'exact'}
            In a CSV file what a spreadsheet program would take for a formula begins with an apostrophe; ``'exact'``
            leaves texts as they are, as Parquet does.

        Returns
        -------
        Path
            The folder. *tables*: ``accounts``, ``networks``, ``evidence``, ``objects`` and ``trivial`` (what any
            method must rank better than, see :func:`cib.evaluation.trivial_scores`) as Parquet and, up to a million
            rows, CSV; as Parquet ``members``, ``statistics`` and ``facts`` of networks, ``features``,
            ``role-scores``, ``role-evidence``, ``distributions``, and ``edges-*``. *report*: ``report.json``, of which
            ``cib report`` makes a page. *graphs*: ``layer-*`` as GraphML and GEXF, with roles and networks on the
            nodes, the edges inside networks only and at most the 50,000 most significant. ``detection.json`` has
            settings, import report, fingerprint, notes, how many edges were drawn, and the bytes of each file.

        Raises
        ------
        InputError
            If the folder is in use, or a file cannot be written.

        Examples
        --------
        >>> import tempfile, cib
        >>> detection = cib.detect(cib.simulate(scale=0.001, seed=3).activity, progress=False)
        >>> folder = detection.save(tempfile.mkdtemp())
        >>> cib.load(folder).networks.table.equals(detection.networks.table)
        True
        """
        write_result(self, Path(folder), write, overwrite=overwrite, csv=csv)
        return Path(folder)

    @takes(path=PATH, reveal_ids=FLAG, texts=FLAG)
    def report(
        self,
        path: str | Path = "report.html",
        *,
        reveal_ids: bool = False,
        texts: bool = True,
        sensitivity: Any = None,
    ) -> Path:
        """Write a page for people: summary, networks, map, evidence down to the posts, settings and limits.

        Parameters
        ----------
        path : str or Path
            One file that needs no other, and no network.
        reveal_ids : bool
            Show the ids of accounts and posts, what the posts say, the links and texts they share, and the address of
            each post on a platform that has one. Otherwise all that could lead to an account has a pseudonym that
            holds for this file only.
        texts : bool
            If false, what posts say is left out of a report with ids as well.
        sensitivity : frame, optional
            What other settings would have found, a row a setting; shown as it is.

        Returns
        -------
        Path
        """
        page = _file(path)
        try:
            rows = None if sensitivity is None else nw.from_native(sensitivity, eager_only=True).rows(named=True)
        except TypeError as error:
            remedy = "Give what detection.sensitivity() returned."
            raise SettingsError("sensitivity must be a table", got=type(sensitivity).__name__, remedy=remedy) from error
        write_page(self.findings, page, reveal_ids=reveal_ids, texts=texts, sensitivity=rows)
        return page

    @takes(texts=FLAG)
    def explore(self, *, texts: bool = True) -> Any:
        """Show the map of the report in a notebook, for whoever holds the data: with ids, and what posts say.

        Needs ``pip install 'cib-detect[explore]'``, and works in Jupyter, marimo, VS Code and whatever else shows an
        anywidget.

        Parameters
        ----------
        texts : bool
            Show what posts say.

        Returns
        -------
        Explorer
            A widget. Its ``selection`` has the rows of ``detection.accounts`` that were clicked last: those of a
            network, an account or a pair.

        Raises
        ------
        MissingDependencyError
            If anywidget is not installed.
        """
        return explore(self, texts=texts)

    @takes(path=PATH, reveal_ids=FLAG)
    def save_spreadsheet(self, path: str | Path, *, reveal_ids: bool = False) -> Path:
        """Write accounts, networks, evidence and objects as one .xlsx file in which no text comes alive.

        Needs ``pip install 'cib-detect[xlsx]'``.

        Parameters
        ----------
        path : str or Path
        reveal_ids : bool
            Show ids and objects, for whoever holds the data. Otherwise accounts, posts and what could lead to them
            have pseudonyms that hold for this file only. Either way ids are text cells, and nothing becomes a
            formula or a link.
        """
        file = _file(path)
        tables = {name: table.lazy().collect() for name, table in tables_of(self).items()}
        if reveal_ids:
            write_spreadsheet(tables, {**about(self), "audience": AUDIENCE}, file)
        else:
            write_spreadsheet(hide_tables(self, tables), public_about(about(self)), file)
        return file

    @takes(path=PATH, reveal_ids=FLAG)
    def save_stix(self, path: str | Path, *, reveal_ids: bool = False) -> Path:
        """Write the candidates as a STIX 2.1 bundle of groupings with low confidence.

        Parameters
        ----------
        path : str or Path
        reveal_ids : bool
            Otherwise accounts have pseudonyms. Needs ``pip install 'cib-detect[stix]'``.
        """
        file = _file(path)
        write_stix(self, file, reveal_ids=reveal_ids)
        return file

    @takes(folder=PATH, sequences=FLAG, texts=FLAG, public_from=LIMIT, overwrite=FLAG)
    def save_release(
        self,
        folder: str | Path,
        *,
        sequences: bool = False,
        texts: bool = False,
        public_from: int | None = None,
        overwrite: bool = False,
        csv: CSV = "safe",
    ) -> Path:
        """Write what may be given to others about the candidates: counts of networks, and accounts under pseudonyms.

        Parameters
        ----------
        folder : str or Path
        sequences : bool
            Also every act of each account. Whoever has a copy of the data can then find nearly every account
            again; ``about.json`` says how many.
        texts : bool
            With `sequences`, also texts, URLs and mentions, by which anybody can search for the accounts.
        public_from : int, optional
            Accounts with so many followers and more keep their ids: 5,000, say, as in the archives of takedowns.
            Default: none does.
        overwrite : bool
            Replace an earlier release.
        csv : {'safe', 'exact'}
            See :meth:`save`.

        Returns
        -------
        Path
            The folder: ``accounts`` (role, and scores to one digit), ``networks``, ``activity`` (acts of each
            network by hour and action) and ``values`` (languages, clients, domains and hashtags of each network;
            those of fewer than five accounts, and those that hold a name, in one row) as Parquet and CSV, and
            ``about.json``, which counts the accounts that are alone with what is released of them. The key of the
            pseudonyms is thrown away, and decides the order of rows.
        """
        write_release(
            self,
            Path(folder),
            sequences=sequences,
            texts=texts,
            public_from=public_from,
            overwrite=overwrite,
            csv=csv,
        )
        return Path(folder)

    def __repr__(self) -> str:
        verdicts = [f"{len(self.networks.with_verdict(v))} {v}" for v in ("candidate", "coordinated", "insufficient")]
        inside = self.table["network_id"].drop_nulls().len()
        return (
            f"Detection({self.table.height:,} accounts, {inside:,} of them in {len(self.networks)} networks: "
            f"{', '.join(verdicts)})"
        )

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(repr(self))}</b></p>{self.networks._repr_html_()}<p>{escape(LIMITS)}</p>"


@takes(folder=PATH)
def load(folder: str | Path, activity: Activity | None = None) -> Detection:
    """Read a detection that :meth:`Detection.save` wrote.

    Parameters
    ----------
    folder : str or Path
    activity : Activity, optional
        What the detection was made from. Without it all that was found is there, and what needs the posts (the
        evidence of an edge, profiles, other settings) is an error that says so.

    Returns
    -------
    Detection

    Raises
    ------
    InputError
        If there is no detection in the folder, its files do not belong together, or the activity is another one.

    Examples
    --------
    >>> import tempfile, cib
    >>> activity, _ = cib.simulate(scale=0.001, seed=3)
    >>> folder = cib.detect(activity, progress=False).save(tempfile.mkdtemp())
    >>> cib.load(folder, activity)
    Detection(... accounts, ... in ... networks: ...)
    """
    return Detection(**read_result(folder, activity))


def _file(path: str | Path) -> Path:
    """The path, its folder made if need be."""
    if Path(path).is_dir():
        raise InputError("this is a folder", where=str(path), remedy="Name a file in it.")
    return ensure_folder(Path(path).parent) / Path(path).name
