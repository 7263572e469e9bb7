"""Account metadata: tests of known facts about the accounts, apart from their acts.

Whether accounts are what they seem to be is a separate question from coordination. Three facts describe the *look* of
accounts (few followers, no followers, the name that the platform proposes); the time of creation shows *batches*. Each
is tested against accounts that belong to no network and act little on networks, because the members of a large
operation can be most of the accounts of their language. People join in waves and start without followers: none of the
facts is evidence alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy.special import ndtr

from cib.activity import TIME
from cib.content.names import default_name
from cib.networks.acts import Acts, Flags, Ints, Numbers, binomial_tail, share_of

__all__ = ["FACTS", "NO_FACTS", "account_facts", "automatic", "disclosed", "featureless", "unaffiliated"]

#: Pattern of descriptions and names of clients that declare an account automatic.
_AUTOMATIC = (
    r"(?i)\b(ro)?b[o]ts?\b|automat|\u0430\u0432\u0442\u043e\u043c\u0430\u0442|\u0431\u043e\u0442\b|自动|自動|ボット|봇"
)

#: An account with fewer followers has few followers.
FEW_FOLLOWERS = 8
#: Minimum number of accounts that act on an account for its attention to be tested.
MIN_ACTORS = 4
#: Minimum number of unaffiliated accounts of a language for a rate of its own; below it the rate of all is taken.
MIN_ACCOUNTS = 200
#: In days: accounts created within `BATCH` of each other are one batch; a member is replaced by an unaffiliated account
#: created within `MATCHED`.
BATCH, MATCHED = 0.5, 45.0
#: Number of random sets of unaffiliated accounts with which batches are compared, and the seed.
DRAWS, SEED = 60, 0
#: Number of sets of the members' own times, each shifted by up to `SHIFT` days, with which batches are compared.
SHIFTED, SHIFT = 20, 7.0

#: An account counts as automatic if a larger share of its posts is by automatic clients.
_MOST = 0.5

#: The facts, and the kind of evidence to which each belongs.
FACTS = {
    "few followers": "look",
    "no followers": "look",
    "default name": "look",
    "creation batch": "batch",
    "unearned attention": "boosted",
}

#: Table of facts without rows.
NO_FACTS = pl.DataFrame(
    schema={
        "network": pl.Int64,
        "fact": pl.String,
        "members": pl.Int64,
        "share": pl.Float64,
        "elsewhere": pl.Float64,
        "p": pl.Float64,
        "decades": pl.Float64,
    }
)


def unaffiliated(acts: Acts, group: Ints, most_aimed: float) -> Flags:
    """Select accounts that act, belong to no network and aim less than a share of their acts at members of networks.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
        Network of each account, -1 for none.
    most_aimed : float

    Returns
    -------
    ndarray of bool, shape (n_accounts,)
    """
    rows, source, target = acts.pairs_of(group >= 0)
    on_members = group[target] >= 0
    first = np.diff(rows[on_members], prepend=-1) > 0  # rows ascend
    aimed = np.bincount(source[on_members][first], minlength=acts.n_accounts)
    free: Flags = (group < 0) & (acts.made > 0) & (aimed < most_aimed * acts.made)
    return free


def account_facts(acts: Acts, group: Ints, free: Flags) -> pl.DataFrame:
    """Test the facts of each network.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
    free : ndarray of bool, shape (n_accounts,)
        From :func:`unaffiliated`.

    Returns
    -------
    polars.DataFrame
        ``network, fact, members, share, elsewhere, p, decades``: number of members with a known value; share of them
        with the fact, or for ``creation batch`` the mean log2 of accounts created within twelve hours of a member; the
        same among unaffiliated accounts of the same languages, or created in the same weeks (for batches also of the
        members if they were created up to a week earlier or later, if that is more); the p-value of a share as large,
        and ``-log10 p``. No row if the value is known for fewer than three members.
    """
    n = int(group.max(initial=-1)) + 1
    parts = [NO_FACTS, *(_share(acts, group, free, name, has, n) for name, has in _looks(acts.about))]
    if "followers" in acts.about.columns:
        unearned = pl.Series(acts.unearned & (acts.actors >= MIN_ACTORS))
        known = acts.about.select(pl.when(pl.col("followers").is_not_null()).then(unearned)).to_series()
        parts.append(_share(acts, group, free, "unearned attention", known, n))
    if "created_at" in acts.about.columns:
        parts.append(_batches(acts, group, free, n))
    table = pl.concat(parts).filter(pl.col("members") >= 3)
    decades = -np.log10(np.maximum(table["p"].to_numpy(), 1e-300))
    return table.with_columns(decades=pl.Series(decades).round(6)).sort("network", "fact")


def disclosed(acts: Acts, group: Ints) -> pl.DataFrame:
    """Compute the share of members declared automatic by their description or the name of the client of most posts.

    Returns
    -------
    polars.DataFrame
        One row per network: ``network, automatic``, the share of its members; null if no description and no client is
        known.
    """
    n = int(group.max(initial=-1)) + 1
    told, known = automatic(acts)
    members = np.bincount(group[group >= 0], minlength=n)
    share = share_of(np.bincount(group[(group >= 0) & told], minlength=n), members)
    any_known = np.bincount(group[(group >= 0) & known], minlength=n) > 0
    return pl.DataFrame({"network": np.arange(n), "automatic": share}).with_columns(
        pl.when(pl.Series(any_known)).then(pl.col("automatic"))
    )


def automatic(acts: Acts) -> tuple[Flags, Flags]:
    """Return whether each account declares that it is automatic, and whether its description or client is known."""
    told, known = np.zeros((2, acts.n_accounts), dtype=bool)
    if "description" in acts.about.columns:
        told |= acts.about["description"].str.contains(_AUTOMATIC).fill_null(False).to_numpy()
        known |= acts.about["description"].is_not_null().to_numpy()
    posts = acts.activity.posts_table
    if "client" in posts.columns:
        names = posts["client"].unique().drop_nulls()
        by_machine = posts["client"].is_in(names.filter(names.str.contains(_AUTOMATIC)).implode()).fill_null(False)
        used = np.bincount(acts.account[posts["client"].is_not_null().to_numpy()], minlength=acts.n_accounts)
        known |= used > 0
        told |= np.bincount(acts.account[by_machine.to_numpy()], minlength=acts.n_accounts) > _MOST * used
    return told, known


def featureless(acts: Acts, group: Ints) -> Flags:
    """Return which members are known to have no look, and to be created apart from all others."""
    about, apart = acts.about, np.zeros(acts.n_accounts, dtype=bool)
    if not {"created_at", "followers"} <= set(about.columns):
        return apart
    plain = about["followers"].is_not_null() & about["created_at"].is_not_null()
    for _, has in _looks(about):
        plain &= ~has.fill_null(False)
    order = np.lexsort((acts.created, group))
    far = (np.diff(acts.created[order]) > BATCH) | (np.diff(group[order]) != 0)
    apart[order] = np.append(True, far) & np.append(far, True)
    found: Flags = apart & plain.to_numpy() & (group >= 0)
    return found


def _looks(about: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    """Yield each fact of the look, and whether each account has it; null if it is not known."""
    if "followers" in about.columns:
        yield "few followers", about["followers"] < FEW_FOLLOWERS
        yield "no followers", about["followers"] == 0
    if "name" in about.columns:
        created = pl.col("created_at") if "created_at" in about.columns else pl.lit(None, TIME)
        yield "default name", about.select(default_name(pl.col("name"), created)).to_series()


def _share(acts: Acts, group: Ints, free: Flags, fact: str, has: pl.Series, n: int) -> pl.DataFrame:
    """Test the number of members with a fact against unaffiliated accounts of the same languages (binomial test)."""
    known = has.is_not_null().to_numpy() & (acts.made > 0)
    yes = has.fill_null(False).to_numpy()
    language, names = acts.language
    crowd = np.bincount(language[free & known], minlength=len(names))
    seen = np.bincount(language[free & known & yes], minlength=len(names))
    everybody = (seen.sum() + 1) / (crowd.sum() + 2)
    rate = np.where(crowd >= MIN_ACCOUNTS, (seen + 1) / (crowd + 2), everybody)
    mine = known & (group >= 0)
    members = np.bincount(group[mine], minlength=n)
    hits = np.bincount(group[mine & yes], minlength=n)
    elsewhere = share_of(np.bincount(group[mine], rate[language[mine]], n), members)
    p = binomial_tail(hits, members, elsewhere)
    return _facts(fact, members, share_of(hits, members), elsewhere, np.where(members > 0, p, 1.0))


def _batches(acts: Acts, group: Ints, free: Flags, n: int) -> pl.DataFrame:
    """Test the mean log2 of accounts created with a member against two sets of times; the larger p-value counts.

    Sets of unaffiliated accounts of the same age show the waves in which people join. The members' own times, shifted
    by up to a week, show waves that are their own: branches that were founded within a month are no batch.
    """
    made = acts.created
    known = ~np.isnan(made) & (acts.made > 0)
    crowd = np.sort(made[known & free])
    mine = np.flatnonzero(known & (group >= 0))
    mine = mine[np.lexsort((made[mine], group[mine]))]
    network, made = group[mine], made[mine]
    low = np.searchsorted(crowd, made - MATCHED)
    high = np.searchsorted(crowd, made + MATCHED, side="right")
    rng = np.random.default_rng(SEED)
    draws = np.array([_crowding(_drawn(rng, crowd, low, high, made, network), network, n) for _ in range(DRAWS)])
    waves = [_crowding(made + rng.uniform(-SHIFT, SHIFT, len(made)), network, n)[0] for _ in range(SHIFTED)]
    seen, links = _crowding(made, network, n)
    rate = draws[:, 1].mean(axis=0)
    members = np.bincount(network, minlength=n)
    # the normal tail is too small for few accounts
    others = np.maximum(members - 1, 1)
    few = binomial_tail(links, others, np.maximum(rate / others, 1 / DRAWS))
    tails = [
        ndtr((each.mean(axis=0) - seen) / np.maximum(each.std(axis=0), 0.05)) for each in (draws[:, 0], np.array(waves))
    ]
    mean = np.maximum(draws[:, 0].mean(axis=0), np.mean(waves, axis=0))
    return _facts("creation batch", members, seen, mean, np.maximum.reduce([*tails, few]))


def _drawn(rng: np.random.Generator, crowd: Numbers, low: Ints, high: Ints, made: Numbers, network: Ints) -> Numbers:
    """Draw for each member the creation time of an account of similar age, each account at most once per network.

    If there is no such account, or it was drawn before, a random time within `MATCHED` days is taken.
    """
    chance = rng.random(len(made))
    anytime = made + (2 * rng.random(len(made)) - 1) * MATCHED
    if not len(crowd):
        return anytime
    place = np.minimum(low + (chance * (high - low)).astype(np.int64), len(crowd) - 1)
    _, first = np.unique(network * len(crowd) + place, return_index=True)
    new = np.zeros(len(made), dtype=bool)
    new[first] = True
    return np.where(new & (high > low), crowd[place], anytime)


def _crowding(made: Numbers, network: Ints, n: int) -> Numbers:
    """Compute per network the mean log2 of accounts within `BATCH` days of a member, and count close successors.

    The networks ascend.
    """
    place = np.sort(made + 1e6 * network)
    # most are more than `BATCH` from the next, also after rounding
    far = np.diff(place, prepend=-np.inf, append=np.inf) > BATCH + 1e-3
    mine = np.flatnonzero(~(far[1:] & far[:-1]))
    near = np.ones(len(place))
    near[mine] = np.searchsorted(place, place[mine] + BATCH, side="right") - np.searchsorted(place, place[mine] - BATCH)
    members = np.bincount(network, minlength=n)
    links = np.bincount(network[1:][np.diff(place) <= BATCH], minlength=n)
    return np.array([share_of(np.bincount(network, np.log2(near), n), members), links])


def _facts(fact: str, members: Ints, share: Numbers, elsewhere: Numbers, p: Numbers) -> pl.DataFrame:
    table = pl.DataFrame(
        {"network": np.arange(len(members)), "members": members, "share": share, "elsewhere": elsewhere, "p": p}
    )
    table = table.with_columns(pl.col("members").cast(pl.Int64), pl.col("share", "elsewhere").round(9))
    return table.with_columns(fact=pl.lit(fact), decades=pl.lit(0.0)).select(NO_FACTS.columns)
