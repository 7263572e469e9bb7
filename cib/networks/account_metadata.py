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

__all__ = [
    "FACTS",
    "NO_FACTS",
    "account_facts",
    "among",
    "automatic",
    "created_together",
    "disclosed",
    "featureless",
    "unaffiliated",
]

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


def account_facts(acts: Acts, group: Ints, free: Flags, min_batched: float = 0.0) -> pl.DataFrame:
    """Test the facts of each network.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
    free : ndarray of bool, shape (n_accounts,)
        From :func:`unaffiliated`.
    min_batched : float
        Minimum share of members created within twelve hours of another; the p-value of the batch of other networks is
        1.

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
        parts.append(_batches(acts, group, free, n, min_batched))
    return _with_decades(pl.concat(parts).filter(pl.col("members") >= 3)).sort("network", "fact")


def among(
    acts: Acts, group: Ints, free: Flags, facts: pl.DataFrame, company: pl.DataFrame, min_held: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Test look and batch of networks also against their company.

    The look of the members is tested as if they were a random sample of the company, if that gives a larger p-value. A
    batch is not one of the network, and its p-value 1, if the company has too many accounts of it: those created within
    twelve hours of a member that was created together with another, without the number expected if they were as many as
    among unaffiliated accounts.

    Parameters
    ----------
    acts : Acts
    group : ndarray of int, shape (n_accounts,)
    free : ndarray of bool, shape (n_accounts,)
        From :func:`unaffiliated`.
    facts : polars.DataFrame
        From :func:`account_facts`.
    company : polars.DataFrame
        ``network, account``, sorted; see :func:`cib.networks.occasions.companies`.
    min_held : float
        Minimum share of the members among the accounts of a batch that they and their company make up.

    Returns
    -------
    facts : polars.DataFrame
        The table of facts, with these p-values, and ``elsewhere`` of the company where that is the larger p-value.
    counts : polars.DataFrame
        ``network, company, batched``: accounts in the company, and those of them that belong to the batches.
    """
    n = int(group.max(initial=-1)) + 1
    network, account = company["network"].to_numpy(), company["account"].to_numpy()
    rows = [NO_FACTS]
    for name, has in _looks(acts.about):
        known, yes = has.is_not_null().to_numpy(), has.fill_null(False).to_numpy()
        crowd, seen = (np.bincount(network[flag[account]], minlength=n) for flag in (known, yes))
        mine = known & (acts.made > 0) & (group >= 0)
        members, hits = (np.bincount(group[flag], minlength=n) for flag in (mine, mine & yes))
        rate = (seen + 1) / (crowd + 2)
        rows.append(_facts(name, members, share_of(hits, members), rate, binomial_tail(hits, members, rate)))
    batched = np.zeros(n, dtype=np.int64)
    if "created_at" in acts.about.columns:
        order = np.argsort(group, kind="stable")
        ours, others = (np.searchsorted(ascending, np.arange(n + 1)) for ascending in (group[order], network))
        for k in np.unique(network):
            own, there = order[ours[k] : ours[k + 1]], account[others[k] : others[k + 1]]
            held, batched[k] = _held(acts.created, own, there, free)
            if held < min_held:
                rows.append(facts.filter(pl.col("network") == k, fact="creation batch").with_columns(p=pl.lit(1.0)))
    tested = pl.concat(rows).join(company, on="network", how="semi").join(facts, on=["network", "fact"], how="semi")
    table = pl.concat([facts, _with_decades(tested)]).sort("network", "fact", "p", "elsewhere")
    counts = company.group_by("network").agg(company=pl.len())
    counts = counts.with_columns(batched=pl.Series(batched).gather(counts["network"]))
    return table.unique(["network", "fact"], keep="last", maintain_order=True), counts


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


def created_together(acts: Acts, group: Ints) -> pl.DataFrame:
    """Compute how many members were created within twelve hours of another, and how many of these have few followers.

    Returns
    -------
    polars.DataFrame
        One row per network: ``network, batched``, the share of its members, and ``batched_few``, the share of these
        with few followers, where an unknown number is few; the second is null if there are none, both if the data lack
        creation times or followers.
    """
    n = int(group.max(initial=-1)) + 1
    table = pl.DataFrame({"network": np.arange(n)})
    if not {"created_at", "followers"} <= set(acts.about.columns):
        return table.with_columns(batched=pl.lit(None, pl.Float64), batched_few=pl.lit(None, pl.Float64))
    order = np.lexsort((acts.created, group))
    near = (np.diff(acts.created[order]) <= BATCH) & (np.diff(group[order]) == 0)
    together = np.zeros(len(group), dtype=bool)
    together[order] = np.append(False, near) | np.append(near, False)
    few = (acts.about["followers"] < FEW_FOLLOWERS).fill_null(True).to_numpy()
    mine = group >= 0
    members, batched, poor = (
        np.bincount(group[flag], minlength=n) for flag in (mine, mine & together, mine & together & few)
    )
    shares = pl.Series(share_of(poor, batched))
    return table.with_columns(
        batched=pl.Series(share_of(batched, members)), batched_few=pl.when(pl.Series(batched > 0)).then(shares)
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


def _batches(acts: Acts, group: Ints, free: Flags, n: int, min_batched: float) -> pl.DataFrame:
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
    place = made + 1e6 * network
    close = (np.diff(place, prepend=-np.inf) <= BATCH) | (np.diff(place, append=np.inf) <= BATCH)
    batched = np.bincount(network[close], minlength=n)
    p = np.where(batched >= min_batched * members, np.maximum.reduce([*tails, few]), 1.0)
    return _facts("creation batch", members, seen, mean, p)


def _held(made: Numbers, mine: Ints, company: Ints, free: Flags) -> tuple[float, int]:
    """Compute the share of members among the accounts of their batches in excess, and count these of the company."""
    times = np.sort(made[mine][~np.isnan(made[mine])])
    batched = times[(np.diff(times, prepend=-np.inf) <= BATCH) | (np.diff(times, append=np.inf) <= BATCH)]
    first, last = np.append(batched, -np.inf), np.append(batched, np.inf)

    def created_with(others: Numbers) -> Flags:
        after = np.searchsorted(batched, others)
        near: Flags = (last[after] - others <= BATCH) | (others - first[after - 1] <= BATCH)
        return near

    others, crowd = (each[~np.isnan(each)] for each in (made[company], made[free]))
    together = int(created_with(others).sum())
    excess = max(together - len(others) * created_with(crowd).sum() / max(len(crowd), 1), 0.0)
    return float(share_of(np.array(len(batched)), np.array(len(batched) + excess))), together


def _drawn(rng: np.random.Generator, crowd: Numbers, low: Ints, high: Ints, made: Numbers, network: Ints) -> Numbers:
    """Draw for each member the creation time of an account of similar age, each account at most once per network.

    If there is no such account, or it was drawn before, a random time within `MATCHED` days is taken.
    """
    chance = rng.random(len(made))
    anytime = made + (2 * rng.random(len(made)) - 1) * MATCHED
    if not len(crowd):
        return anytime
    place = np.minimum(low + (chance * (high - low)).astype(np.int64), len(crowd) - 1)
    again = np.flatnonzero((np.bincount(place) > 1)[place])  # most accounts are drawn once
    _, first = np.unique(network[again] * len(crowd) + place[again], return_index=True)
    new = np.ones(len(made), dtype=bool)
    new[again] = False
    new[again[first]] = True
    return np.where(new & (high > low), crowd[place], anytime)


def _crowding(made: Numbers, network: Ints, n: int) -> Numbers:
    """Compute per network the mean log2 of accounts within `BATCH` days of a member, and count close successors.

    The networks ascend.
    """
    place = np.sort(made + 1e6 * network)
    # most are more than `BATCH` from the next, also after rounding: only one account is near them
    gaps = np.diff(place, prepend=-np.inf, append=np.inf)
    far = gaps > BATCH + 1e-3
    mine = np.flatnonzero(~(far[1:] & far[:-1]))
    near = np.searchsorted(place, place[mine] + BATCH, side="right") - np.searchsorted(place, place[mine] - BATCH)
    members = np.bincount(network, minlength=n)
    links = np.bincount(network[np.flatnonzero(gaps[:-1] <= BATCH)], minlength=n)
    return np.array([share_of(np.bincount(network[mine], np.log2(near), n), members), links])


def _with_decades(table: pl.DataFrame) -> pl.DataFrame:
    decades = -np.log10(np.maximum(table["p"].to_numpy(), 1e-300))
    return table.with_columns(decades=pl.Series(decades).round(6))


def _facts(fact: str, members: Ints, share: Numbers, elsewhere: Numbers, p: Numbers) -> pl.DataFrame:
    table = pl.DataFrame(
        {"network": np.arange(len(members)), "members": members, "share": share, "elsewhere": elsewhere, "p": p}
    )
    table = table.with_columns(pl.col("members").cast(pl.Int64), pl.col("share", "elsewhere").round(9))
    return table.with_columns(fact=pl.lit(fact), decades=pl.lit(0.0)).select(NO_FACTS.columns)
