"""Plots of a detection with matplotlib; each function returns its axes.

All functions take a detection as first argument; `network_map` and `week` also take the id of a network. Requires
``pip install 'cib-detect[plots]'``.

>>> import cib
>>> activity, _ = cib.simulate(scale=0.002, seed=1)
>>> axes = cib.plots.role_plane(cib.detect(activity, progress=False))
>>> axes.get_xlabel()
'amplifier'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl

from cib.errors import InputError, MissingDependencyError, SettingsError
from cib.networks.network import Network
from cib.reports.layout import positions
from cib.reports.palette import VERDICTS, colours
from cib.reports.result import Result
from cib.reports.selection import accounts_of, edges_among, lines
from cib.reports.times import Bins
from cib.reports.times import timeline as acts_by_time
from cib.reports.times import week as acts_by_hour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["lags", "network_map", "role_plane", "sensitivity", "timeline", "week"]

#: Bin widths of a timeline in words.
_SPANS = {
    **{timedelta(hours=hours): words for hours, words in ((1, "an hour"), (6, "six hours"), (24, "a day"))},
    **{timedelta(days=days): words for days, words in ((7, "a week"), (28, "four weeks"))},
}

#: Maximum number of networks that are labelled on the map.
_NAMED = 40

#: Smallest lag on the axis, in seconds: the resolution of the times.
_SHORTEST = 1.0


def __dir__() -> list[str]:
    return __all__


def network_map(detection: Result, network: str | None = None, axes: Axes | None = None) -> Axes:
    """Plot the networks: one dot per account, one cluster per network, lines between accounts with co-actions.

    Parameters
    ----------
    detection : Detection
    network : str, optional
        Id of a network, such as ``'N1'``; default: all networks.
    axes : matplotlib Axes, optional
        Axes to draw on; default: new axes. The same holds for all plots.

    Returns
    -------
    matplotlib Axes
        Distances between clusters have no meaning.
    """
    networks = _networks(detection, network)
    axes = _axes(axes, (9, 6))
    from matplotlib.collections import LineCollection  # installed, else _axes has raised
    from matplotlib.patheffects import withStroke

    members = accounts_of(networks)
    drawn = lines(detection.graphs, edges_among(networks, members), members)
    places, edges = positions(members["network_id"].to_list(), drawn), np.array(drawn, dtype=int).reshape(-1, 2)
    axes.add_collection(LineCollection(places[edges].tolist(), colors="#b9c1c9", linewidths=0.2))
    _dots(axes, places, members.select(pl.when(joined="boosted").then("joined").otherwise("role")).to_series())
    centres = members.with_columns(x=places[:, 0], y=places[:, 1]).group_by("network_id", maintain_order=True)
    halo = [withStroke(linewidth=2.5, foreground="white")]  # labels are drawn over the dots of their cluster
    for name, x, y in centres.agg(pl.col("x", "y").mean()).head(_NAMED).iter_rows():
        axes.text(x, y, name, ha="center", va="center", weight="bold", path_effects=halo, zorder=4, clip_on=True)
    axes.set(
        title="Networks: each cluster one, each dot an account, each line a pair", xticks=[], yticks=[], aspect="equal"
    )
    axes.autoscale_view()
    axes.spines[:].set_visible(False)
    return axes


def role_plane(detection: Result, axes: Axes | None = None) -> Axes:
    """Plot the amplifier and highly engaged scores of all accounts, with members of networks coloured by role.

    Parameters
    ----------
    detection : Detection
    axes : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    _check(detection)
    axes = _axes(axes, (6, 5.5))
    scores = detection.table.select("amplifier", "highly_engaged", "role", "verdict")
    outside = scores.filter(pl.col("verdict").is_null())
    inside = scores.filter(pl.col("verdict").is_not_null())
    axes.plot(outside["amplifier"], outside["highly_engaged"], ".", ms=2, color="#c5ccd3", label="outside networks")
    _dots(axes, inside.select("amplifier", "highly_engaged").to_numpy(), inside["role"])
    axes.set(title="Roles", xlabel="amplifier", ylabel="highly engaged", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    return axes


def timeline(detection: Result, axes: Axes | None = None) -> Axes:
    """Plot the number of acts of members of networks over time, by verdict.

    Parameters
    ----------
    detection : Detection
    axes : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    _check(detection)
    axes = _axes(axes, (9, 3.5))
    bins = Bins.of(detection.activity)
    counts = acts_by_time(detection.activity, detection.networks.members.with_columns(network_id="verdict"), bins)
    starts: Any = [bins.first + k * bins.step for k in range(bins.count)]
    width: Any = 0.9 * bins.step
    bottom = np.zeros(bins.count)
    for verdict, colour in VERDICTS.items():
        if verdict in counts:
            axes.bar(starts, counts[verdict], width, bottom, align="edge", color=colour, label=verdict)
            bottom += counts[verdict]
    axes.set(title="Acts of members of networks", ylabel=f"acts, {_SPANS[bins.step]} a bar")
    axes.tick_params("x", rotation=30)
    axes.margins(y=0.25)
    _legend(axes, ncols=3, loc="upper left")
    return axes


def lags(detection: Result, axes: Axes | None = None) -> Axes:
    """Plot histograms of the mean lag of pairs inside networks, by layer.

    Parameters
    ----------
    detection : Detection
    axes : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
        One histogram per layer, normalized to the number of its pairs, so that layers with few pairs remain visible;
        the lag axis is logarithmic.
    """
    _check(detection)
    axes = _axes(axes, (7, 3.5))
    edges = [network.evidence.edges.select("layer", "lag") for network in detection.networks]
    table = pl.concat(edges or [pl.DataFrame(schema={"layer": pl.String, "lag": pl.Float64})]).drop_nulls("lag")
    bins: Any = np.geomspace(_SHORTEST, max(float(table["lag"].max() or 0), 60.0), 41)  # type: ignore[arg-type]
    for name in (name for name, graph in detection.graphs.items() if not graph.directed):
        mine = table.filter(pl.col("layer") == name)["lag"].clip(_SHORTEST).to_numpy()
        if len(mine):
            label = f"{name} ({len(mine):,} pairs)"
            axes.hist(
                mine, bins, weights=np.full(len(mine), 1 / len(mine)), histtype="step", linewidth=1.5, label=label
            )
    axes.set_xscale("log")
    ticks = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 86_400: "1 d", 864_000: "10 d"}
    axes.set_xticks(list(ticks), list(ticks.values()), minor=False)
    axes.set_xticks([], minor=True)
    axes.set(title="Time between the acts of a pair", xlabel="mean lag", ylabel="share of the pairs of a layer")
    axes.set_xlim(bins[0], bins[-1])
    axes.margins(y=0.3)
    _legend(axes, fontsize=8)
    return axes


def week(detection: Result, network: str | None = None, axes: Axes | None = None) -> Axes:
    """Plot the number of acts of members by hour of the week.

    Parameters
    ----------
    detection : Detection
    network : str, optional
        Id of a network, such as ``'N1'``; default: all candidates.
    axes : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
        Hours in UTC.
    """
    chosen = _networks(detection, network)
    if network is None:
        chosen = [each for each in chosen if each.verdict == "candidate"]
    axes = _axes(axes, (8, 3))
    name = network or "candidates"
    members = pl.concat(
        [pl.DataFrame(schema={"account_id": pl.String}), *(n.members.select("account_id") for n in chosen)]
    )
    counts = acts_by_hour(detection.activity, members.with_columns(network_id=pl.lit(name))).get(name, [0] * 168)
    picture = axes.imshow(np.reshape(counts, (7, 24)), cmap="Blues", aspect="auto")
    axes.figure.colorbar(picture, ax=axes, label="acts")
    axes.set(title=f"Acts of {name} by hour of the week", xlabel="hour, UTC", xticks=range(0, 24, 3))
    axes.set_yticks(range(7), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    return axes


def sensitivity(detection: Any, value: str = "accounts", axes: Axes | None = None) -> Axes:
    """Plot the sensitivity of the results to the window and the false discovery rate.

    Parameters
    ----------
    detection : Detection or frame
        A detection, for which :meth:`cib.Detection.sensitivity` is run and prints its progress, or the frame that this
        method returned: one row per setting, with ``window_s``, ``alpha`` and the column `value`.
    value : str
        Column to show, such as the number of accounts in networks.
    axes : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> table = pl.DataFrame({"window_s": [30, 60] * 2, "alpha": [0.01, 0.01, 0.05, 0.05], "accounts": [4, 5, 6, 8]})
    >>> sensitivity(table).get_title()
    'accounts, by other settings'
    """
    frame = nw.from_native(detection, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        _check(detection)
        frame = nw.from_native(detection.sensitivity(), eager_only=True)
    for column in ("window_s", "alpha", value):
        if column not in frame.columns:
            raise InputError(f"the table has no column {column!r}", got=f"columns {', '.join(frame.columns)}")
    axes = _axes(axes, (6, 4))
    windows, alphas = (sorted(set(frame[column].to_list())) for column in ("window_s", "alpha"))
    grid = np.full((len(alphas), len(windows)), np.nan)
    for row in frame.select("window_s", "alpha", value).rows():
        grid[alphas.index(row[1]), windows.index(row[0])] = row[2]
    picture = axes.imshow(grid, cmap="Blues", aspect="auto", origin="lower", vmin=0)  # zero-based colour scale
    for (y, x), number in np.ndenumerate(grid):
        if not np.isnan(number):
            dark = number > np.nanmean(picture.get_clim())
            axes.annotate(f"{number:,g}", (x, y), ha="center", va="center", color="white" if dark else "black")
    axes.set_xticks(range(len(windows)), [f"{window:g}" for window in windows])
    axes.set_yticks(range(len(alphas)), map(str, alphas))
    axes.set(
        title=f"{value.replace('_', ' ')}, by other settings",
        xlabel="window, seconds",
        ylabel="alpha (false discovery rate)",
    )
    return axes


def _check(detection: object) -> None:
    """Raise InputError if the argument is not a detection."""
    if not hasattr(detection, "networks"):
        raise InputError(
            "a picture is drawn of a detection",
            got=f"a {type(detection).__name__}",
            remedy="Pass what cib.detect or cib.load returned.",
        )


def _networks(detection: Result, network: str | None) -> Sequence[Network]:
    """Return all networks, or the requested one."""
    _check(detection)
    if network is None:
        return detection.networks
    if not isinstance(network, str):
        raise SettingsError(
            "network is the id of a network", got=f"a {type(network).__name__}", remedy="Write 'N1', say, or axes=..."
        )
    return [detection.networks[network]]


def _axes(axes: Axes | None, size: tuple[float, float]) -> Axes:
    if axes is not None:
        if not hasattr(axes, "add_collection"):
            raise SettingsError(
                "axes are matplotlib Axes", got=repr(axes), remedy="Write axes=plt.subplots()[1], or leave them out."
            )
        return axes
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise MissingDependencyError(
            "plots need matplotlib", remedy="Install it: pip install 'cib-detect[plots]'."
        ) from error
    return plt.subplots(figsize=size, layout="constrained")[1]


def _dots(axes: Axes, places: np.ndarray[Any, Any], roles: pl.Series) -> None:
    """Plot accounts coloured by role, with a legend; roles are drawn in reverse order of `colours`."""
    colour = colours(roles.unique())
    for role in reversed(colour):
        mine = places[(roles == role).fill_null(False).to_numpy()]
        if len(mine):
            axes.scatter(
                mine[:, 0], mine[:, 1], s=9, c=colour[role], label=role.replace("_", " "), linewidths=0, zorder=3
            )
    _legend(axes, markerscale=2, fontsize=8)


def _legend(axes: Axes, **options: Any) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(edgecolor="none", framealpha=0.8, **options)  # legible over dots
