"""Draw the pictures of README and tutorial on 2020: `python docs/picture.py`. Needs `pip install -e '.[plots]'`.

In the first, left, three candidate networks in the retweet graph of a simulated takedown; right, the same accounts
among all others on the plane of the two role scores.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import polars as pl

import cib

ENGAGED, AMPLIFIER, OTHER = "#d95f02", "#2b6ca3", "#c8ccd0"


def main() -> None:
    draw_readme()
    draw_tutorial()


def draw_tutorial() -> None:
    """The map and the plane of roles of the detection in docs/tutorials/takedown-2020.md."""
    detection = cib.detect(cib.simulate("takedown-2020", scale=0.002, seed=12).activity, progress=False)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.8), width_ratios=(1.25, 1))
    cib.plots.network_map(detection, axes=left)
    cib.plots.role_plane(detection, axes=right)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_name("tutorials") / "takedown-2020.png", dpi=90)


def draw_readme() -> None:
    activity, _ = cib.simulate("takedown-2020", scale=0.01, seed=0)
    detection = cib.detect(activity, progress=False)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), width_ratios=(1.25, 1))
    draw_networks(left, detection)
    draw_roles(right, detection)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_name("picture.png"), dpi=110)


def draw_networks(axes: plt.Axes, detection: cib.Detection) -> None:
    largest = sorted(detection.networks.with_verdict("candidate"), key=len)[-3:]
    for k, network in enumerate(largest):
        members = network.members
        graph = detection.graphs["retweet"].subgraph(members["account_id"]).to_networkx().to_undirected()
        graph = graph.subgraph(max(nx.connected_components(graph), key=len))
        place = nx.spring_layout(graph, seed=1, center=(2.4 * k, 0), iterations=80)
        core = set(members.filter(pl.col("network_role") != "amplifier")["account_id"])
        nx.draw_networkx_edges(graph, place, ax=axes, width=0.3, alpha=0.25)
        for nodes, colour, size in ((set(graph) - core, AMPLIFIER, 26), (core & set(graph), ENGAGED, 60)):
            points = np.array([place[node] for node in sorted(nodes)]).reshape(-1, 2)
            axes.scatter(points[:, 0], points[:, 1], s=size, c=colour, edgecolors="white", linewidths=0.6, zorder=3)
        caption = f"{network.id}\n{len(core)} in the core\n{len(members) - len(core)} amplifiers"
        axes.text(2.4 * k, -1.2, caption, ha="center", va="top")
    axes.set_title("Candidate networks: who retweets whom", fontsize=12)
    axes.set_ylim(-1.75, 1.1)
    axes.set_axis_off()


def draw_roles(axes: plt.Axes, detection: cib.Detection) -> None:
    outside = detection.table.filter(pl.col("verdict").ne_missing("candidate"), pl.col("role") != "low_support")
    inside = detection.table.filter(pl.col("verdict") == "candidate")
    axes.scatter(outside["amplifier"], outside["highly_engaged"], s=3, c=OTHER, label="other accounts", rasterized=True)
    for role, colour, label in (("amplifier", AMPLIFIER, "amplifiers"), ("core", ENGAGED, "core")):
        part = inside.filter(pl.col("network_role") == role)
        axes.scatter(part["amplifier"], part["highly_engaged"], s=9, c=colour, label=label)
    axes.set_xlabel("amplifier score")
    axes.set_ylabel("highly engaged score")
    axes.set_title("The same accounts by role", fontsize=12)
    axes.legend(edgecolor="none", framealpha=0.8, loc="upper right", markerscale=2)
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main()
