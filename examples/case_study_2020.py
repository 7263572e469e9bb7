# %% [markdown]
# # June 2020: who, how far, when, and what links them to the year before?
#
# On 12 June 2020 a platform made three operations known. The largest had a core of 23,750 accounts that wrote
# and some 150,000 that passed it on. The public learnt who (a core and its amplifiers), how far it reached
# (hardly anybody), in which languages, when (office hours of one time zone), and that traces led to accounts
# made known the year before. Of the amplifiers nothing was published.
#
# This page tells that story with `cib`, from the file to the link, on simulated accounts: a hundredth of the
# size, or what the environment variable `SCALE` says (0.1: two million acts, for which a laptop takes some minutes).
# No account here is real, and no figure is a claim about those that were.

# %%
from __future__ import annotations

import os
import tempfile
from pathlib import Path

import polars as pl

import cib

scale = float(os.environ.get("SCALE", "0.01"))
folder = Path(tempfile.mkdtemp())
pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True)

# %% [markdown]
# ## Reading
#
# Two tables: what accounts did, and what is known about them. Every row is kept or counted by reason.

# %%
simulated, truth = cib.simulate("takedown-2020", scale=scale, seed=12)
simulated.posts_table.write_parquet(folder / "posts.parquet")
simulated.accounts_table.write_parquet(folder / "accounts.parquet")

activity = cib.read(folder / "posts.parquet", accounts=folder / "accounts.parquet", progress=False)
print(activity)
print(activity.imported)

# %% [markdown]
# ## Who acts together?
#
# One call. It compares what accounts did with what as many acts on things as popular would give by chance, and
# puts those who act together beyond that into networks. A *candidate* is a network whose acts a shared audience
# seldom explains either; a *coordinated* one may well be of fans. What weakens the result stands in its notes.

# %%
detection = cib.detect(activity, progress=False)
print(detection)
candidates = detection.networks.with_verdict("candidate")
print(candidates)
for note in detection.notes:
    print("note:", note)

# %% [markdown]
# ## Who, how far, what, when?
#
# The profile of the first: mostly amplifiers around a few who write, no followers to speak of, engagement that
# comes from inside, Chinese and some English, office hours of a zone near UTC+8, accounts made in batches.
# Reach is no part of coordination: this network is well coordinated and talks to itself. Below the profile stand
# its lead accounts: what they posted, what engagement they received, and how much of it came from members.

# %%
network = candidates[0]
profile = detection.profile(network.id)
print(profile)
print(profile.leads.drop("account_id").head(3))

# %% [markdown]
# ## Says who?
#
# Each account of a network stands there for its own evidence: with whom it did the same, how often, how often
# by chance, and how many of the shared posts would have to be wrong for the edge to go. Each edge leads to the
# posts themselves.

# %%
edge = network.evidence.edges.row(0, named=True)
evidence = network.account_evidence(edge["source"])
print(evidence.select("layer", "weight", "expected", "q", "removed_by").head(3))
posts = detection.graphs[edge["layer"]].evidence(edge["source"], edge["target"])
print(posts.select("time_a", "time_b", "lag").head(3))

# %% [markdown]
# ## What else could it be?
#
# Before anybody draws a conclusion: the innocent explanations, each with what it would leave behind, as shares
# among members and among everybody else. One gains where members stand out: here many post the text of another
# account, so look whether a share button or a petition prescribes it. `null` is not known from these data.

# %%
with pl.Config(fmt_str_lengths=60):
    print(detection.explanations(network.id))

# %% [markdown]
# ## Would other settings have found the same?
#
# Windows and thresholds are choices, so look at the neighbours; and take a fifth of the data away a few times.

# %%
print(detection.sensitivity(windows=("60s", "10min"), alphas=(0.001, 0.01)))
stability = detection.stability(runs=2)
of_candidates = stability.filter(pl.col("network_id").is_in([one.id for one in candidates]))
print(f"members of candidates stay in {of_candidates['resampled'].mean():.0%} of the samples")
print(detection.over_time("14d"))

# %% [markdown]
# ## The year before
#
# Platforms link operations by addresses and devices; from outside one has only what is public. A library of
# known networks holds counts of that: accounts acted on, links, wording, names, hours. Here the generation that
# was made known in August 2019 is in it: other accounts and other posts, eight months before, among the same
# public, which says what was common then. Beside it is a ring of that time that has nothing to do with it.

# %%
earlier, disclosed = cib.simulate("takedown-2019", scale=scale, seed=12)
known = cib.KnownNetworks().add(disclosed.drop_nulls("operation")["account_id"], "harbour 2019", earlier)
other, others = cib.simulate("takedown-2020", scale=scale, seed=2019)
known = known.add(others.filter(operation="retweet-ring")["account_id"], "ring 2019", other)
known.save(folder / "known")

# %% [markdown]
# Each network is compared with each known one. The score is in decades: how much likelier so much likeness is
# for a later part of the known network than for others. It meets a prior that is yours to give.

# %%
links = cib.link(detection, cib.KnownNetworks.read(folder / "known"), prior=1e-3)
print(links)
best = links.table.row(0, named=True)
for reason in links.reasons(best["network_id"], best["known"]):
    print("-", reason)

# %% [markdown]
# Candidates resemble the one, not the other. That is a reason to ask those who hold the technical traces. It
# does not say who runs either.

# %%
mine = links.table.filter(pl.col("network_id").is_in([one.id for one in candidates]))
print(mine.group_by("known").agg(pl.col("score").median(), pl.len()).sort("known"))

# %% [markdown]
# Here the truth is known, so the result can be scored; on your own data it is not: read the evidence.

# %%
print(cib.evaluation.evaluate(detection, truth))

# %% [markdown]
# ## What to hand on
#
# One page for people, which needs no other file and no network: networks, map, evidence down to the posts,
# settings and limits, under pseudonyms.

# %%
print(detection.report(folder / "report.html"))
