"""Detection: the result of a search with its inputs, analyses of it, and output to files."""

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

#: A positive duration in Polars' notation.
_DURATION = re.compile(r"(?=.*[1-9])([0-9]+(mo|ms|[smhdwqy]))+")


@contextmanager
def _said_once() -> Iterator[None]:
    """Combine warnings that differ at most in their numbers: issue the first, with the number of the others."""
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
    """Result of a detection, with the activity, graphs, features and settings it is based on.

    Parameters
    ----------
    table : polars.DataFrame
        One row per account: ``account_id, coordination``, a score for each role of the settings (``highly_engaged``,
        ``amplifier``), ``role, network_id, verdict, joined, network_role, campaign, cluster``, in decreasing order of
        ``coordination``, which is 0 for accounts without significant evidence; ``network_id``, ``verdict`` and
        ``joined`` are null outside networks, and ``verdict`` is null for boosted accounts, which are not members:
        an account does not control who acts on it; ``cluster`` is the account's cluster in the retweet graph, which
        contains accounts together with those they boost.
    networks : Networks
    graphs : dict of str to Graph
        Interaction graphs (``'retweet'``, ``'mention'``, ...) and the significant edges of each layer, by name.
    features : FeatureTable
    roles : RoleScores
    settings : Settings
    imported : ImportReport
    activity : Activity
        The analysed activity.
    notes : tuple of str
        Caveats of the result: warnings issued during the detection.
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
        """One row per layer: ``layer, objects, events, pairs_tested, edges, significant, smallest_q, not_used``.

        ``edges`` is the number of pairs that share at least the minimum number of objects, ``significant`` the number
        of those that are significant; ``not_used`` is the reason why a layer was not used, null if it was.
        """
        return to_library(self.tested, self.activity.library)

    @property
    def outcome(self) -> str:
        """Outcome: ``'found'``, ``'nothing found by these tests'`` or ``'nothing to test'``."""
        return outcome_of(self)

    @property
    def accounts(self) -> Any:
        """One row per account, in the library of the activity's input."""
        return to_library(self.table, self.activity.library)

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the activity; see :attr:`cib.Activity.fingerprint`."""
        return self.activity.fingerprint

    @cached_property
    def findings(self) -> dict[str, Any]:
        """Content of the saved report and of the page, as plain values; computed once."""
        return read_findings(self.activity.folder) if isinstance(self.activity, AbsentActivity) else gather(self)

    @takes(network_id=TEXT)
    def profile(self, network_id: str) -> Profile:
        """Compute the profile of a network: members, topics, activity times and reach.

        Parameters
        ----------
        network_id : str
            Id of the network, such as ``'N1'``.
        """
        return profile(self.activity, self.networks[network_id])

    @takes(network_id=TEXT)
    def explanations(self, network_id: str) -> Any:
        """Return alternative explanations of a network; see :func:`cib.profiles.explanations.explanations`."""
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
        """Repeat the search with other windows and false discovery rates.

        Parameters
        ----------
        windows : sequence of str, float or timedelta
            Each replaces the windows of all layers that have one; layers without a window are unchanged.
        alphas : sequence of float
            False discovery rates.
        progress : bool
            Whether to print one line per window to standard error.

        Returns
        -------
        frame
            One row per window (in seconds) and alpha: ``window_s, alpha, networks, candidates, accounts, kept,
            agreement``: number of networks, of those with verdict ``candidate``, and of members; share of this
            detection's members that are among them; and Jaccard similarity of both sets of members.
        """
        check_several("windows", windows, "['60s', '10min']")
        check_several("alphas", alphas, "[0.001, 0.01]")
        for window in windows:
            window_seconds(window)  # raises for an invalid duration
        settings = [replace(self.settings, alpha=alpha) for alpha in alphas]
        return self.activity.native(self._rerun.sensitivity(windows, settings, progress))

    @_said_once()
    @takes(runs=COUNT, share=real(0, 1, above=True), seed=SEED, progress=FLAG)
    def stability(self, runs: int = 10, share: float = 0.8, seed: int = 0, *, progress: bool = True) -> Any:
        """Measure how often each member stays in its network under subsampling and under other clustering seeds.

        Parameters
        ----------
        runs : int
            Number of samples, and of seeds of the clustering.
        share : float
            Share of the acts in each sample, in (0, 1].
        seed : int
            Random seed of the samples.
        progress : bool
            Whether to print one line per sample to standard error.

        Returns
        -------
        frame
            One row per member: ``account_id, network_id, resampled, reseeded``: share of the samples, and of the other
            seeds, in which the account is in the network that contains most members of its own.
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
        """Estimate the power: which operations would have been found in these data with these settings.

        Simulated operations are planted into the activity, one at a time, and the search is repeated, which shows how
        to interpret a detection without networks. An operation acts on a common list of objects, each account on four
        fifths of them, with exponential delays: retweets of accounts of its own (mean one minute) if the data have
        retweets, otherwise texts or links (mean ten minutes). Its accounts have no metadata.

        Parameters
        ----------
        accounts : sequence of int
            Numbers of accounts of an operation.
        acts : sequence of int
            Numbers of acts per account.
        trials : int
            Operations per size and number of acts. The number of searches is the product of all three.
        seed : int
            Random seed of the operations.
        progress : bool
            Whether to print one line per size and number of acts to standard error.

        Returns
        -------
        frame
            One row per size and number of acts: ``planted`` (``'retweets'``, ``'texts'`` or ``'links'``), ``accounts,
            acts, trials``, ``found``: number of trials in which at least half of the accounts are in one network with
            verdict ``candidate`` or ``coordinated``, and ``candidate``: number of trials in which it is a candidate.

        Raises
        ------
        InputError
            If the data contain neither retweets nor texts nor links.

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
        """Find the networks of sliding time windows and match them between consecutive windows.

        Parameters
        ----------
        window : str
            Length of a window in Polars' notation: ``'7d'``, ``'12h'``.
        step : str, optional
            Distance between the starts of consecutive windows; default: `window`, so that windows do not overlap.
        progress : bool
            Whether to print one line per window to standard error.

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
        """Compare with another detection, or with this one at other settings, and attribute differences to settings.

        Parameters
        ----------
        other : Detection or Settings
        because : bool
            Whether to repeat the search with each differing setting changed on its own. Requires the activity.
        progress : bool
            Whether to print one line per search to standard error.

        Returns
        -------
        Comparison
            Contains the frames ``accounts``, ``networks`` and ``choices``.

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
        """Write the detection to a folder, with account ids; :func:`cib.load` reads it back.

        Parameters
        ----------
        folder : str or Path
            Created if it does not exist. The folder contains the earlier result until all new files are written, then
            the new one, also if the process is interrupted. If two processes write to the same folder, one waits for
            the other (not on Windows). Files that are not part of a result are kept.
        write : sequence of {'tables', 'report', 'graphs'}, optional
            Default: tables, report, and graphs with at most 5,000 edges.
        overwrite : bool
            Whether to replace an earlier detection; otherwise a folder in use is an error.
        csv : {'safe', 'exact'}
            ``'safe'`` puts an apostrophe before text in CSV files that a spreadsheet program would interpret as a
            formula; ``'exact'`` keeps texts unchanged, as in Parquet.

        Returns
        -------
        Path
            The folder. *tables*: ``accounts``, ``networks``, ``evidence``, ``objects`` and ``trivial`` (baselines that
            any method must outperform, see :func:`cib.evaluation.trivial_scores`) as Parquet and, up to a million
            rows, CSV; as Parquet ``members``, ``statistics`` and ``facts`` of networks, ``features``,
            ``role-scores``, ``role-evidence``, ``distributions``, and ``edges-*``. *report*: ``report.json``, from
            which ``cib report`` makes a page. *graphs*: ``layer-*`` as GraphML and GEXF, with roles and networks as
            node attributes and only the edges inside networks, at most the 50,000 most significant. ``detection.json``
            contains settings, import report, fingerprint, notes, the number of drawn edges, and the size of each file.

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
        """Write an HTML report: summary, networks, map, evidence with its posts, settings and limits.

        Parameters
        ----------
        path : str or Path
            A self-contained file that requires no network connection.
        reveal_ids : bool
            Whether to show ids of accounts and posts, the texts of posts, shared links and texts, and permalinks of
            posts on supported platforms. Otherwise everything that could identify an account is replaced by a
            pseudonym that is specific to this file.
        texts : bool
            If false, the texts of posts are omitted from a report with ids as well.
        sensitivity : frame, optional
            Result of :meth:`sensitivity`, one row per setting; shown unchanged.

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
        """Show an interactive map of the networks in a notebook, with account ids and texts of posts.

        Requires ``pip install 'cib-detect[explore]'``; works in Jupyter, marimo, VS Code and other hosts of anywidget.

        Parameters
        ----------
        texts : bool
            Whether to show the texts of posts.

        Returns
        -------
        Explorer
            A widget. Its ``selection`` contains the rows of ``detection.accounts`` of the network, account or pair
            that was clicked last.

        Raises
        ------
        MissingDependencyError
            If anywidget is not installed.
        """
        return explore(self, texts=texts)

    @takes(path=PATH, reveal_ids=FLAG)
    def save_spreadsheet(self, path: str | Path, *, reveal_ids: bool = False) -> Path:
        """Write accounts, networks, evidence and objects to an .xlsx file without formulas or links.

        Requires ``pip install 'cib-detect[xlsx]'``.

        Parameters
        ----------
        path : str or Path
        reveal_ids : bool
            Whether to show ids and objects. Otherwise accounts, posts and everything that could identify them are
            replaced by pseudonyms that are specific to this file. In both cases ids are text cells.
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
            Whether to write account ids instead of pseudonyms. Requires ``pip install 'cib-detect[stix]'``.
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
        """Write a public release of the candidates: aggregate counts per network, and accounts under pseudonyms.

        Parameters
        ----------
        folder : str or Path
        sequences : bool
            Whether to include all acts of each account. With a copy of the data, nearly every account can then be
            re-identified; ``about.json`` states how many.
        texts : bool
            With `sequences`, whether to include texts, URLs and mentions, by which anybody can search for the accounts.
        public_from : int, optional
            Minimum number of followers from which accounts keep their ids, such as 5,000 in the archives of takedowns.
            Default: no account does.
        overwrite : bool
            Whether to replace an earlier release.
        csv : {'safe', 'exact'}
            See :meth:`save`.

        Returns
        -------
        Path
            The folder: ``accounts`` (role, and scores to one decimal), ``networks``, ``activity`` (acts of each
            network by hour and action) and ``values`` (languages, clients, domains and hashtags of each network; those
            used by fewer than five accounts or containing a name are combined in one row) as Parquet and CSV, and
            ``about.json``, which gives the number of accounts whose released row is unique. The key of the
            pseudonyms, which determines the order of rows, is discarded.
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
        inside = self.table["verdict"].drop_nulls().len()
        return (
            f"Detection({self.table.height:,} accounts, {inside:,} of them in {len(self.networks)} networks: "
            f"{', '.join(verdicts)})"
        )

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(repr(self))}</b></p>{self.networks._repr_html_()}<p>{escape(LIMITS)}</p>"


@takes(folder=PATH)
def load(folder: str | Path, activity: Activity | None = None) -> Detection:
    """Read a detection written by :meth:`Detection.save`.

    Parameters
    ----------
    folder : str or Path
    activity : Activity, optional
        The activity that the detection was made from. Without it the results are available, but methods that need the
        posts (evidence of an edge, profiles, other settings) raise an error.

    Returns
    -------
    Detection

    Raises
    ------
    InputError
        If the folder contains no detection, its files are inconsistent, or the activity is a different one.

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
    """Return the path of a file, creating its folder if necessary."""
    if Path(path).is_dir():
        raise InputError("this is a folder", where=str(path), remedy="Name a file in it.")
    return ensure_folder(Path(path).parent) / Path(path).name
