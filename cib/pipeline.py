"""detect(): the whole sentence in one call.

Activity is read; graphs are built; features are extracted; roles are scored; networks are found. This
file only connects the stages; none of them knows that it exists.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import asdict, dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from cib.activity import Activity, to_library
from cib.errors import CibWarning, SettingsError
from cib.evaluation.trivial import trivial_scores
from cib.features.extract import extract
from cib.features.standard import STANDARD, FeatureSet
from cib.features.table import FeatureTable
from cib.graphs.coaction import MAX_PAIRS, Window, coaction_graph, window_seconds
from cib.graphs.graph import Graph
from cib.graphs.interactions import mention_graph, quote_graph, reply_graph, retweet_graph
from cib.graphs.objects import Objects, kind_of
from cib.graphs.significance import Null, backbone
from cib.import_report import ImportReport
from cib.networks.communities import interaction_communities
from cib.networks.evidence import coordination
from cib.networks.find import Rule, find_networks
from cib.networks.network import Networks
from cib.progress import stage
from cib.reports.files import ensure_folder, write_graph, write_json, write_parquet, write_table
from cib.reports.findings import gather
from cib.reports.page import write_page
from cib.reports.release import write_release
from cib.reports.result import LIMITS, about
from cib.reports.spreadsheet import write_spreadsheet
from cib.reports.stix import write_stix
from cib.roles import RoleScorer, RoleScores

__all__ = ["LAYERS", "Detection", "Layer", "Settings", "detect"]

_INTERACTIONS = {
    "retweet": retweet_graph,
    "mention": mention_graph,
    "reply": reply_graph,
    "quote": quote_graph,
}


#: Edges of a layer in its GraphML and GEXF files: about what people can look at, and their tools open.
MAX_DRAWN = 50_000


@dataclass(frozen=True)
class Layer:
    """One kind of co-action to look for.

    Parameters
    ----------
    objects : str or callable
        What is shared; see :func:`cib.coaction_graph`.
    window : str, float, timedelta or None
    null : str or callable
        See :mod:`cib.graphs.significance`.
    min_weight : int
    max_accounts : int, optional
    """

    objects: Objects
    window: Window = "60s"
    null: Null = "configuration"
    min_weight: int = 2
    max_accounts: int | None = None

    @property
    def name(self) -> str:
        """What is shared and how closely in time, such as ``'post 60 s'``."""
        seconds = window_seconds(self.window)
        return f"{kind_of(self.objects)} {'any time' if seconds is None else f'{seconds:g} s'}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for settings.json."""
        named = {"objects": kind_of(self.objects), "null": kind_of(self.null)}
        return {**asdict(self), **named, "window": window_seconds(self.window)}


#: The layers of :class:`Settings`: co-retweeted posts within a minute and within ten, and authors that
#: were retweeted by the same accounts at any time (authors with more than 500 retweeters link nobody).
LAYERS = (
    Layer("post", "60s"),
    Layer("post", "10min"),
    Layer("author", None, "chung-lu", min_weight=3, max_accounts=500),
)


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

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise SettingsError("alpha must lie between 0 and 1", got=self.alpha, remedy="Take 0.01, say.")
        if not self.layers:
            raise SettingsError("settings need at least one layer", remedy="Leave layers= out for the default ones.")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for settings.json."""
        return {
            "layers": [layer.to_dict() for layer in self.layers],
            "alpha": self.alpha,
            "rule": asdict(self.rule),
            "features": list(self.features.names),
            "max_pairs": self.max_pairs,
            "seed": self.seed,
        }

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{escape(name)}<td>{escape(str(value))}" for name, value in self.to_dict().items())
        return f"<table>{rows}</table>"


@dataclass(frozen=True, eq=False, repr=False)
class Detection:
    """What was found, with what it was found from.

    Parameters
    ----------
    table : polars.DataFrame
        One row an account: ``account_id, coordination, highly_engaged, amplifier, role, network_id,
        verdict, joined, cluster``, highest coordination first. ``coordination`` is 0 where nothing
        significant was found; ``network_id``, ``verdict`` and ``joined`` are null outside networks;
        ``cluster`` is the account's
        cluster in the retweet graph, which holds accounts together with those they boost.
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

    @property
    def accounts(self) -> Any:
        """One row an account, in the library that the activity came in."""
        return to_library(self.table, self.activity.library)

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the activity; see :attr:`cib.Activity.fingerprint`."""
        return self.activity.fingerprint

    def save(self, folder: str | Path) -> Path:
        """Write everything to a folder.

        Parameters
        ----------
        folder : str or Path
            Made if need be; files of an earlier detection are replaced.

        Returns
        -------
        Path
            The folder: ``accounts``, ``networks``, ``evidence``, ``objects`` and ``trivial`` (what any method
            must rank better than, see :func:`cib.evaluation.trivial_scores`) as Parquet and CSV;
            ``edges-*``, which can be many, as Parquet; ``layer-*`` as GraphML and GEXF, with roles and
            networks on the nodes, the edges inside networks only and at most the 50,000 most significant;
            ``detection.json`` with settings, import report, fingerprint, notes, and how many were drawn;
            ``report.json``, of which ``cib report`` makes a page.
        """
        path = ensure_folder(folder)
        for name, table in self._tables().items():
            write_table(table, path, name)
        write_table(trivial_scores(self.activity), path, "trivial")
        drawn = {}
        for name, graph in self.graphs.items():
            write_parquet(graph.edge_table, path, f"edges-{_slug(name)}")
            if not graph.directed:
                inside = graph.subgraph(self.networks.members["account_id"]).strongest(MAX_DRAWN)
                write_graph(inside, self.table, path, f"layer-{_slug(name)}")
                drawn[name] = {"edges": graph.n_edges, "drawn": inside.n_edges}
        write_json({**about(self), "drawn": drawn}, path / "detection.json")
        write_json(gather(self), path / "report.json", indent=None)
        return path

    def report(self, path: str | Path = "report.html", *, reveal_ids: bool = False, sensitivity: Any = None) -> Path:
        """Write a page for people: summary, networks, map, evidence down to the posts, settings and limits.

        Parameters
        ----------
        path : str or Path
            One file that needs no other, and no network.
        reveal_ids : bool
            Show the ids of accounts and posts, and the texts and links they share. Otherwise all that could
            lead to an account has a pseudonym that holds for this file only.
        sensitivity : frame, optional
            What other settings would have found, a row a setting; shown as it is.

        Returns
        -------
        Path
        """
        page = _file(path)
        rows = None if sensitivity is None else nw.from_native(sensitivity, eager_only=True).rows(named=True)
        write_page(gather(self), page, reveal_ids=reveal_ids, sensitivity=rows)
        return page

    def save_spreadsheet(self, path: str | Path) -> Path:
        """Write accounts, networks, evidence and objects as one .xlsx file in which no text comes alive.

        Ids are text cells; nothing becomes a formula or a link. Needs ``pip install 'cib-detect[xlsx]'``.
        """
        file = _file(path)
        write_spreadsheet(self._tables(), about(self), file)
        return file

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

    def save_release(self, folder: str | Path, *, texts: bool = False) -> Path:
        """Write what may be given to others: candidates' accounts and acts under pseudonyms.

        Parameters
        ----------
        folder : str or Path
        texts : bool
            Also texts, URLs and mentions, by which accounts can be found.

        Returns
        -------
        Path
            The folder: ``accounts``, ``posts`` and ``networks`` as Parquet and CSV, ``about.json``. Accounts with
            5,000 followers and more keep their ids, as in the archives of takedowns; the key of the pseudonyms
            is thrown away.
        """
        path = ensure_folder(folder)
        write_release(self, path, texts=texts)
        return path

    def _tables(self) -> dict[str, pl.DataFrame]:
        return {
            "accounts": self.table,
            "networks": self.networks.table,
            "evidence": _stacked(self.networks, "edges"),
            "objects": _stacked(self.networks, "objects"),
        }

    def __repr__(self) -> str:
        verdicts = [f"{len(self.networks.with_verdict(v))} {v}" for v in ("candidate", "coordinated", "insufficient")]
        inside = self.table["network_id"].drop_nulls().len()
        return (
            f"Detection({self.table.height:,} accounts, {inside:,} of them in {len(self.networks)} networks: "
            f"{', '.join(verdicts)})"
        )

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(repr(self))}</b></p>{self.networks._repr_html_()}<p>{escape(LIMITS)}</p>"


#: What a significant edge counts in the ranking of accounts outside networks: edges propose, groups dispose.
UNGROUPED = 0.1


def detect(activity: Activity, settings: Settings | None = None, *, progress: bool = True) -> Detection:
    """Find candidate networks in account activity.

    Parameters
    ----------
    activity : Activity
        From :func:`cib.read`.
    settings : Settings, optional
    progress : bool
        Print a line a stage to standard error.

    Returns
    -------
    Detection

    Examples
    --------
    >>> import cib
    >>> activity, truth = cib.simulate(scale=0.002, seed=1)
    >>> detection = cib.detect(activity, progress=False)
    >>> detection.accounts.columns[:6]
    ['account_id', 'coordination', 'highly_engaged', 'amplifier', 'role', 'network_id']
    """
    settings = settings or Settings()
    with stage("interaction graphs", progress):
        graphs = {name: build(activity) for name, build in _INTERACTIONS.items()}
    layers, notes = _layers(activity, settings, progress)
    with stage("features", progress), warnings.catch_warnings():
        warnings.simplefilter("ignore", CibWarning)  # _layers() has noted what there is to say of co-actions
        features = extract(
            activity,
            settings.features,
            retweets=graphs["retweet"],
            mentions=graphs["mention"],
            replies=graphs["reply"],
            quotes=graphs["quote"],
            coactions=layers[0] if layers else None,
        )
    with stage("roles", progress):
        roles = RoleScorer().fit(features).score(features)
    with stage("networks", progress):
        networks = find_networks(
            layers, roles, retweets=graphs["retweet"], activity=activity, rule=settings.rule, seed=settings.seed
        )
        table = _accounts(activity, roles, networks, layers, graphs["retweet"], settings.seed)
    return Detection(
        table=table,
        networks=networks,
        graphs={**graphs, **{layer.name: layer for layer in layers}},
        features=features,
        roles=roles,
        settings=settings,
        imported=activity.imported,
        activity=activity,
        notes=notes,
    )


def _layers(activity: Activity, settings: Settings, progress: bool) -> tuple[list[Graph], tuple[str, ...]]:
    """The significant edges of each layer that the data have, and the warnings met on the way."""
    tested = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CibWarning)
        for layer in settings.layers:
            with stage(f"co-action {layer.name}", progress):
                graph = _coactions(activity, layer, settings.max_pairs)
            if graph.incidence is not None and len(graph.incidence):
                tested.append((graph, layer.null))
    # Benjamini-Hochberg within a layer, Bonferroni over the layers
    significant = [backbone(graph, null, settings.alpha / len(tested)) for graph, null in tested]
    return significant, tuple(sorted({str(warning.message) for warning in caught}))


def _coactions(activity: Activity, layer: Layer, max_pairs: int) -> Graph:
    return coaction_graph(
        activity,
        layer.objects,
        layer.window,
        layer.min_weight,
        max_pairs=max_pairs,
        max_accounts=layer.max_accounts,
    )


def _accounts(
    activity: Activity, roles: RoleScores, networks: Networks, layers: list[Graph], retweets: Graph, seed: int
) -> pl.DataFrame:
    scores = roles.frame.select("account_id", "highly_engaged", "amplifier", "role")
    evidence = coordination(layers) if layers else scores.select("account_id", coordination=pl.lit(0.0)).head(0)
    members = networks.members
    clusters = pl.DataFrame({"account_id": retweets.ids, "cluster": interaction_communities(retweets, seed=seed)})
    table = (
        activity.account_ids.to_frame()
        .join(scores, on="account_id", how="left")
        .join(evidence, on="account_id", how="left")
        .join(members, on="account_id", how="left", suffix="_in_network")
        .join(clusters, on="account_id", how="left")
    )
    level = pl.coalesce("coordination_in_network", UNGROUPED * pl.col("coordination"), 0.0)
    columns = ("highly_engaged", "amplifier", "role", "network_id", "verdict", "joined", "cluster")
    return table.select("account_id", level.alias("coordination"), *columns).sort(
        "coordination", "account_id", descending=[True, False]
    )


def _stacked(networks: Networks, part: str) -> pl.DataFrame:
    """One part of the evidence of all networks, with the network it belongs to."""
    tables = [
        getattr(network.evidence, part).select(pl.lit(network.id).alias("network_id"), pl.all()) for network in networks
    ]
    return pl.concat(tables) if tables else pl.DataFrame(schema={"network_id": pl.String})


def _file(path: str | Path) -> Path:
    """The path, its folder made if need be."""
    return ensure_folder(Path(path).parent) / Path(path).name


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
