# %% [markdown]
# # Who acts together here, and how do we know?
#
# A simulated takedown at 1:200 of June 2020 stands in for your own file. With a file, the first line is
# `activity = cib.read("posts.parquet")`.

# %%
from __future__ import annotations

import cib

activity, truth = cib.simulate("takedown-2020", scale=0.005, seed=7)
activity

# %% [markdown]
# One call runs all stages: graphs, features, roles, networks.

# %%
detection = cib.detect(activity, progress=False)
print(detection)
print(detection.networks)

# %% [markdown]
# A network says why it is one, and what the reasons are worth.

# %%
network = detection.networks[0]
print(network.verdict)
for reason in network.reasons:
    print("-", reason)

# %% [markdown]
# Every edge leads back to the posts behind it: what the two shared, when, and who acted second.

# %%
strongest = network.evidence.edges.row(0, named=True)
graph = detection.graphs[strongest["layer"]]
proof = graph.evidence(strongest["source"], strongest["target"])
print(f"{strongest['weight']} shared objects, {strongest['expected']:.4f} expected by chance")
print(proof.head())
assert len(proof) == strongest["weight"]

# %% [markdown]
# Here the truth is known, so the result can be scored. On your own data it is not: read the evidence.

# %%
print(cib.evaluation.evaluate(detection, truth))
