# %% [markdown]
# # A feature of your own
#
# A feature is a function. Its name is the column, its parameter names are its inputs (`posts`, `accounts`,
# `retweets`, `mentions`, `replies`, `quotes`, `coactions`), the first line of its docstring is its label.
# There is nothing to register.

# %%
from __future__ import annotations

import narwhals as nw

import cib

activity, truth = cib.simulate(scale=0.002, seed=3)


def night_share(posts):
    """Share of an account's posts between 00:00 and 06:00 UTC."""
    return posts.group_by("account_id").agg((nw.col("created_at").dt.hour() < 6).mean())


features = cib.extract(activity, features=cib.STANDARD + [night_share])
print(features["night_share"][:5])
print(features.labels["night_share"])

# %% [markdown]
# What comes back can be a frame of `account_id` and the number, in any library; a mapping from account to number; or
# an array in the order of the accounts. Accounts that are left out get null: unknown, not 0.
#
# A feature of a graph takes the graph, as its edges or as `retweets.matrix`, whose rows are the accounts. In
# `cib.detect` your features stand beside the others.

# %%


def retweeted_by_one(retweets):
    """Share of an account's retweets that come from its most faithful retweeter."""
    weight = nw.col("weight")
    received = nw.from_native(retweets.edges).group_by("target").agg(weight.max() / weight.sum())
    return received.rename({"target": "account_id"})


settings = cib.Settings(features=cib.STANDARD + [night_share, retweeted_by_one])
detection = cib.detect(activity, settings, progress=False)
print(detection.features.names[-2:])

# %% [markdown]
# Does it hold what a feature should? The laws that every standard feature obeys (a number or null for each account,
# the same in any row order, nothing on no posts, and so on) can be asked of yours. What breaks one is told.

# %%
cib.testing.check_feature(night_share)
cib.testing.check_feature(retweeted_by_one)
