# %% [markdown]
# # Who is engaged with, and who amplifies?
#
# Two scores an account, each with its reasons. Here on a simulated takedown, so that we can look at the truth; with a
# file of your own the first line is `activity = cib.read("posts.parquet")`.

# %%
from __future__ import annotations

import polars as pl

import cib
from cib.roles import Role

activity, truth = cib.simulate(scale=0.005, seed=7)
features = cib.extract(activity)
scores = cib.RoleScorer().fit(features).score(features)
print(scores)

# %% [markdown]
# `highly_engaged` and `amplifier` lie in [0, 1] and are independent: 0.10 is an account in the middle of everything,
# and from 0.7 on a role is named. `low_support` says that an account did, and got, too little to tell.
#
# Why does an account have its score? Each feature adds to it or takes from it; the strongest comes first.

# %%
account = scores.table.sort("amplifier")["account_id"][-1]
print(scores.for_account(account))
for reason in scores.explain(account, "amplifier", top=3)["reason"]:
    print("-", reason)

# %% [markdown]
# `scores.plot_explanation(account, "amplifier")` draws the same as a waterfall.
#
# An amplifier passes on what others post; so does a fan, and nothing is wrong with either. And a celebrity is highly
# engaged. Who is the core of a *candidate network* can be said when networks were looked for:

# %%
detection = cib.detect(activity, progress=False)
core = detection.roles.in_network(detection.table).filter(pl.col("highly_engaged") >= 0.7)
print(core.join(truth, on="account_id")["community"].value_counts())

# %% [markdown]
# A score compares an account with the others of the same data. To compare with the same accounts everywhere, take a
# reference: the one that comes with the package (made accounts, none of them real), or one you saved yourself.

# %%
steady = cib.RoleScorer(reference="simulated").fit(features)
print(steady.population_)

# %% [markdown]
# A role of your own is a name, a sentence and weights.

# %%
newsroom = Role(
    "newsroom",
    "Posts links at all hours, and retweets nobody.",
    {"hour_entropy": 1.0, "url_entropy": 1.0, "originality": 0.5},
)
mine = cib.RoleScorer(roles=(newsroom,)).fit(features).score(features)
print(mine.frame.sort("newsroom", descending=True).head(3))

# %% [markdown]
# With labels, scores become probabilities. How good they are is measured on accounts (and with `groups=`, campaigns)
# that were left out: of those with a probability near 0.9, how many have the role?

# %%
calibrated = cib.RoleScorer().fit(features, truth["role"])
for role, calibration in calibrated.calibrations_.items():
    print(role, calibration)
    assert calibration.held_out.ece <= 0.05
print(calibrated.calibrations_["amplifier"].held_out.table)
