"""Verdict on a network, from the number of independent kinds of evidence, with reasons.

The members of a network co-act more than chance explains; so do fans, newsrooms, activists and friends. An operation
is distinguished from them by evidence of several kinds, none of which is mandatory. Each kind is measured over *all*
acts of the members and expressed in decades, at most :attr:`Rule.max_kind`:

=========== =============================================================================================
copying     share of all acts that repeat a text of another member
captured    share of all acts that are joint, times the share of members among the accounts on the joint objects; or
            share of acts aimed at accounts with few followers that receive most of their attention from members
boosted     members on which more accounts act than their followers explain
look        few or no followers, default names (three binomial tests)
batch       accounts created within hours of each other
days off    few acts at weekends
=========== =============================================================================================

Kinds are discounted if an innocent explanation applies: copies that nearly all link to one host to which other accounts
link as well (outlets of a publisher, its readers), accounts that declare that they are automatic, attention that is
returned (a pod), given to only a few accounts (fans), or prompted by the posts of accounts with many followers (the
public of shops and papers).

``candidate`` needs two kinds, at least one of them a behaviour (copying, captured, boosted, days off) and, if facts
about the accounts are known, at least one of them a fact (boosted, look, batch): branches of a party post what the
headquarters send and rest on the same days; activists send prepared messages to given targets. Boosted and look count
once because both depend on the followers. The weights were not fitted: simulations only test the rule. Every other
network that chance does not explain is ``coordinated``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

import polars as pl

from cib.domains import check_fields, real, whole
from cib.networks.account_metadata import FACTS
from cib.networks.acts import benjamini_hochberg, binomial_tail
from cib.notebook import html_rows

__all__ = [
    "KINDS",
    "VERDICTS",
    "Reason",
    "Rule",
    "kinds_of_evidence",
    "like_pools",
    "pooled_kinds",
    "reasons_of",
    "rule_of_pools",
    "shared_kinds",
    "verdicts",
]

#: Verdicts, from the strongest conclusion to the weakest.
VERDICTS = ("candidate", "coordinated", "insufficient")

#: The kinds of evidence, and those of them that are behaviours.
KINDS = ("copying", "captured", "boosted", "look", "batch", "days off")
_BEHAVIOURS = ("copying", "captured", "boosted", "days off")

#: Figures of an account fact that a reason states.
_OF_FACTS = ("share", "elsewhere", "members")


@dataclass(frozen=True)
class Rule:
    """Thresholds of clusters and verdicts.

    Parameters
    ----------
    resolution : float
        Mean decades of evidence (-log10 p) per pair above which accounts form one cluster.
    set_resolution : float
        Mean decades of evidence per pair of objects above which objects form one set with a common audience; see
        :func:`cib.networks.object_sets.audiences`.
    tie_resolution : float
        Mean tie per pair above which accounts form one group; see :mod:`cib.networks.ties`.
    tie_alpha : float
        False discovery rate of the edges that are summed to ties, in each layer. It is large because groups of ties are
        judged by their behaviour, and because a missing edge hides a member.
    slow_tie : float
        Weight of a shared object in a tie if the acts may be more than ten minutes apart; 1 otherwise, and for texts
        and links.
    rare : int
        Maximum number of accounts on a text or link for which sharing this one object makes a tie.
    rare_text, rare_link : float
        Weight of such an object.
    min_tie, min_rare_tie : float
        Minimum tie by several objects, and by one rare object; weaker ties are left out.
    min_size : int
        Minimum number of accounts of a network.
    min_objects : int
        Minimum number of shared objects; the verdict on a network with fewer, and fewer than two kinds of evidence, is
        ``insufficient``.
    max_top_share : float
        Maximum share of the common acts that is due to one object, with the same effect: one viral post does not make a
        network.
    max_p_confirm : float
        Maximum p-value on held-out acts, with the same effect; see :func:`cib.networks.confirmation.confirm`. With 1
        it is not tested.
    min_led : float
        An account is ``leader`` if it acted before all other members on at least this share of the objects that it
        shares with them.
    max_kind : float
        Maximum number of decades of one kind of evidence.
    copying_from, copying_unit, min_copying : float
        Copying counts ``(share - copying_from) / copying_unit`` decades if these are at least `min_copying`.
    min_copiers : float
        Minimum share of members that copy: a newsroom of six among 140 accounts may make a quarter of all their acts.
    min_copied_held : float
        Copying does not count if members are a smaller share of the others who posted the texts: such texts are public.
    captured_from, hasty_from, aimed_from, captured_unit, min_captured : float
        Captured joint acts count the largest of ``(joint * held * density - captured_from)``,
        ``(hasty * density - hasty_from)`` and ``(aimed * aimed_held - aimed_from)``, each divided by
        `captured_unit`, if it is at least `min_captured`; see :func:`cib.networks.behaviour.behaviour`.
    firmly_held, min_joint : float
        Captured joint acts also count `min_captured` decades if ``held * density`` and ``joint`` reach these shares:
        small groups whose acts are partly joint, on posts on which no others act.
    max_reciprocity : float
        The third term is left out if the product of ``mutual`` and ``inside`` reaches this value: in a pod all acts are
        captured.
    alpha_facts : float
        False discovery rate of boosted over all networks, and of look and of batch over those that show a behaviour
        without an innocent explanation.
    min_excess, min_batch_excess, min_boosted_excess : float
        Minimum excess over unaffiliated accounts at which look, batch and boosted count: in the share of members, or
        for batch in the mean log2 of the number of accounts created together. For look it is multiplied by the share of
        members of whom the fact is known.
    min_batched : float
        Minimum share of members created within twelve hours of another at which batch counts: a few new accounts among
        many others, as in any crowd that grows, are no fact about the network.
    sure_batch : float
        Decades from which half of `min_batch_excess` suffices.
    min_odds : float
        Minimum odds ratio at which look counts: odds of the fact among members over those among unaffiliated accounts.
    min_odds_resting : float
        The same if days off count, because crowds of new accounts have no days off.
    min_fact : float
        Minimum decades at which look and batch count.
    max_weekend_ratio, min_days_off : float
        Days off count if the weekend share is at most `max_weekend_ratio` times that of unaffiliated accounts, with at
        least `min_days_off` decades.
    most_aimed : float
        Accounts outside of networks are unaffiliated if they aim less than this share of their acts at members.
    min_kinds : int
        Minimum number of kinds of evidence for ``candidate``; with 1 see `min_single`.
    min_decades, min_decades_copying : float
        Minimum total decades for ``candidate``; the second if copying counts at least 1.
    min_inside, min_fact_inside : float
        If at least `min_inside` of all acts are aimed at members, two of look, batch and days off suffice if each
        counts at least `min_fact_inside`.
    min_single : float
        Threshold for candidates by one kind of evidence, for data without account metadata, among the networks that
        chance does not explain: members are at least this share of the accounts on the objects of their joint acts,
        not counting passers-by (``held_regular``), or copy this share of all their acts. 0: never. At 0.3, on the
        labelled retweets of a real operation, precision is 0.99 and recall 0.64, and 0.60 with three acts of ordinary
        accounts added for each act of the operation; the threshold was chosen on these data. In simulated worlds
        newsrooms, fans of one idol and other crowds that share their posts with few others also become candidates.
    copied_share, aimed_acts, aimed_share : float
        Accounts join a confirmed network if they copy its texts in `copied_share` of all their acts, or aim
        `aimed_acts` acts and `aimed_share` of all their acts at it without return; see
        :mod:`cib.networks.recruitment`.
    alpha_aimed : float
        False discovery rate of accounts that aim, compared with the audience that acts on the network now and then.
    min_recruiting : float
        Minimum number of decades of the strongest kind of evidence but boosted of a network that recruits.
    min_actors, min_mates, max_mated : float
        Accounts with few followers also join if at least `min_actors` accounts act on them without return and at least
        `min_mates` members were created within twelve hours of them, unless more than the share `max_mated` of the
        other accounts of their age have as many such members.
    max_one_host, min_host_held : float
        Copying and days off do not count if the share of copies that link to one host exceeds the first and the share
        of the accounts linking to this host that are in any network is below the second: outlets of a publisher and
        its readers, who use a share button, link to it, and so do many others. If only the latter holds, these copies
        do not count.
    established : float
        The same if the share of accounts with few followers is below this multiple of the share elsewhere, among all
        members or, if at least `min_batched` are, among those created together: outlets are well known, also where
        readers are in one network with them.
    min_own, min_sharing : float
        The look and batch of networks that copy are tested together if at least `min_sharing` members of each link to
        one host or post one text, and members of such networks are at least `min_own` of all accounts that do; see
        :mod:`cib.networks.pools`.
    alpha_unlike : float
        Significance level at which too few members have the look of the pool for it to count for their network.
    min_occasion, min_public, min_company, max_few : float
        The look and batch of networks that would be candidates are also compared with those of their company: other
        accounts that use a hashtag used by at least `min_occasion` of the members, if at least `min_public` of the
        accounts that use it are in no such network. The company must be at least `min_company` accounts, and as
        many as the members, at most `max_few` of them with few followers; see :mod:`cib.networks.occasions`.
    min_batch_held : float
        Batch does not count if members are a smaller share of the accounts of their batches in network and company.
    max_automatic : float
        Copying, captured acts and days off do not count if the share of members that declare that they are
        automatic exceeds this value; in other networks these accounts are left out before anything is measured.
    min_targets : float
        If the effective number of accounts at which the acts are aimed is smaller, as for fans, joint acts count only
        together with both look and batch, and members known to have neither leave.
    min_copied_joint : float
        So do their copies, if they are fewer than this multiple of the joint acts: fans repeat an appeal now and then.
    min_prompted : float
        If at least this share of the joint acts are aimed at accounts outside of the network whose followers explain
        the attention, joint acts count only together with a batch, unless the hasty ones suffice. The accounts that
        enter the contests of some shops, or follow some papers, react to the same posts within the hour and may be most
        of those that do. Few followers are a property of such a public; accounts created together are not.
    served_share : float
        Accounts form a set if they receive this share of all acts on them from networks; see
        :mod:`cib.networks.served`. Those with neither look nor batch leave it unless copying or days off count for it.
    linked_p, linked_odds, linked_share : float
        Two candidates are in one campaign if enough accounts of one act on members of the other, or on the same posts:
        a share of at least `linked_share`, with odds of at least `linked_odds` times those of the share expected, and a
        corrected p-value of at most `linked_p`.
    most_linked : int
        Posts on which more networks than this act do not link them.
    boosted_share, min_boosters : float
        Accounts are boosted if they receive `boosted_share` of all acts on them from a network, by at least
        `min_boosters` members.
    """

    resolution: float = 1.0
    set_resolution: float = 10.0
    tie_resolution: float = 0.015
    tie_alpha: float = 0.3
    slow_tie: float = 0.5
    rare: int = 30
    rare_text: float = 0.7
    rare_link: float = 0.3
    min_tie: float = 0.05
    min_rare_tie: float = 0.02
    min_size: int = 4
    min_objects: int = 5
    max_top_share: float = 0.5
    max_p_confirm: float = 1e-3
    min_led: float = 0.8
    max_kind: float = 3.0
    copying_from: float = 0.05
    copying_unit: float = 0.1
    min_copying: float = 0.5
    min_copied_held: float = 0.35
    min_copiers: float = 0.2
    captured_from: float = 0.3
    hasty_from: float = 0.55
    aimed_from: float = 0.6
    captured_unit: float = 0.1
    min_captured: float = 1.0
    firmly_held: float = 0.55
    min_joint: float = 0.25
    max_reciprocity: float = 0.1
    alpha_facts: float = 0.1
    min_excess: float = 0.25
    min_batch_excess: float = 0.4
    min_boosted_excess: float = 0.5
    min_batched: float = 0.25
    sure_batch: float = 4.0
    min_odds: float = 5.0
    min_odds_resting: float = 2.0
    min_fact: float = 1.0
    max_weekend_ratio: float = 0.8
    min_days_off: float = 1.3
    most_aimed: float = 0.3
    min_kinds: int = 2
    min_decades: float = 3.5
    min_decades_copying: float = 3.0
    min_inside: float = 0.5
    min_fact_inside: float = 1.5
    min_single: float = 0.0
    copied_share: float = 0.15
    aimed_acts: int = 2
    aimed_share: float = 0.1
    alpha_aimed: float = 0.1
    min_recruiting: float = 2.0
    min_actors: int = 10
    min_mates: int = 2
    max_mated: float = 0.05
    max_one_host: float = 0.9
    min_host_held: float = 0.85
    established: float = 0.5
    min_own: float = 0.7
    min_sharing: int = 1
    alpha_unlike: float = 0.001
    min_occasion: float = 0.5
    min_public: float = 0.5
    min_company: int = 20
    max_few: float = 0.5
    min_batch_held: float = 0.5
    max_automatic: float = 0.5
    min_targets: float = 6.0
    min_copied_joint: float = 0.5
    min_prompted: float = 0.9
    served_share: float = 0.6
    boosted_share: float = 0.7
    min_boosters: int = 4
    linked_p: float = 0.01
    linked_odds: float = 3.0
    linked_share: float = 0.05
    most_linked: int = 100

    def __post_init__(self) -> None:
        positive = dict.fromkeys(("tie_resolution", "copying_unit", "captured_unit"), real(0, above=True))
        check_fields(self, min_size=whole(2), min_kinds=whole(1), **positive)

    def _repr_html_(self) -> str:
        return html_rows(asdict(self))


@dataclass(frozen=True)
class Reason:
    """One argument for or against a network, or a kind of evidence that could not be tested.

    Parameters
    ----------
    kind : str
        A kind of evidence, or ``'co-action'``, ``'confirmation'``, ``'account metadata'``.
    text : str
        A sentence without a full stop.
    numbers : mapping of str to float
        The figures in the text, and the decades of evidence as ``decades``.
    speaks : {'for', 'against', 'untested'}
    """

    kind: str
    text: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    speaks: str = "for"

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", MappingProxyType(dict(self.numbers)))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "numbers": dict(self.numbers)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, numbers=MappingProxyType(state["numbers"]))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as in report.json."""
        return {"kind": self.kind, "text": self.text, "numbers": dict(self.numbers), "speaks": self.speaks}

    def __str__(self) -> str:
        return self.text


def kinds_of_evidence(behaviour: pl.DataFrame, facts: pl.DataFrame, rest: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Express each kind of evidence in decades.

    Parameters
    ----------
    behaviour : polars.DataFrame
        From :func:`cib.networks.behaviour.behaviour`.
    facts : polars.DataFrame
        From :func:`cib.networks.account_metadata.account_facts`.
    rest : polars.DataFrame
        From :func:`cib.networks.days_off.days_off`.
    rule : Rule

    Returns
    -------
    polars.DataFrame
        ``network`` and a column for each of :data:`KINDS`: decades, 0 below the threshold at which a kind counts,
        null if it could not be tested.
    """
    held = pl.col("held") * pl.col("density")
    joint = (pl.col("joint") * held - rule.captured_from) / rule.captured_unit
    firmly = (held >= rule.firmly_held) & (pl.col("joint") >= rule.min_joint)
    hasty = (pl.col("hasty") * pl.col("density") - rule.hasty_from) / rule.captured_unit
    pod = pl.col("mutual") * pl.col("inside") >= rule.max_reciprocity
    aimed = (pl.col("aimed") * pl.col("aimed_held") - rule.aimed_from) / rule.captured_unit
    buttons = pl.when(pl.col("host_held") < rule.min_host_held).then("copied_host").fill_null(0.0)
    table = behaviour.select(
        "network",
        "batched",
        "batched_few",
        seldom=(pl.col("copied") < rule.min_copied_joint * pl.col("joint")).fill_null(False),
        one_copied_host=(pl.col("copied_host") > rule.max_one_host).fill_null(False),
        many_link=(pl.col("host_held") < rule.min_host_held).fill_null(False),
        automatic=(pl.col("automatic") > rule.max_automatic).fill_null(False),
        devoted=pl.col("targets") < rule.min_targets,
        prompted=((pl.col("prompted") >= rule.min_prompted) & ~(hasty >= rule.min_captured)).fill_null(False),
        within=pl.col("inside") >= rule.min_inside,
        repeats=(_copies(rule, pl.col("copied")) > 0).fill_null(False),
        copying=_copies(rule, pl.col("copied") * (1 - buttons)),
        captured=_counting(
            pl.max_horizontal(joint, hasty, pl.when(firmly).then(rule.min_captured)), rule.min_captured, rule
        ),
        serving=_counting(pl.when(~pod).then(aimed).otherwise(0.0), rule.min_captured, rule),
    )
    few = pl.col("weekend") <= rule.max_weekend_ratio * pl.col("elsewhere")
    decades = pl.when(few).then(-pl.col("p").clip(1e-300).log10()).otherwise(0.0)
    resting = rest.select("network", _counting(decades, rule.min_days_off, rule).alias("days off"))
    table = table.join(resting, on="network", how="left").sort("network")
    followers = facts.filter(fact="few followers")
    outlets = followers.select("network", "share", few=rule.established * pl.col("elsewhere"))
    table = table.join(outlets, on="network", how="left").sort("network")
    founded = (pl.col("batched") >= rule.min_batched) & (pl.col("batched_few") < pl.col("few"))
    others = pl.col("many_link") | ((pl.col("share") < pl.col("few")) | founded).fill_null(False)
    publisher = pl.col("one_copied_host") & others
    rests = table.select("network", rests=(pl.col("days off") > 0).fill_null(False))
    facts = facts.join(rests, on="network")
    table = table.join(_facts_of(facts, "boosted", rule), on="network", how="left")
    shown = pl.any_horizontal(pl.col(*_BEHAVIOURS, "serving").fill_null(0.0) > 0)
    asked = table.filter(shown | pl.col("within") | pl.col("repeats")).select("network")
    automatic = {kind: pl.col("automatic") for kind in ("captured", "serving")}
    table = _explained(table, automatic | dict.fromkeys(("copying", "days off"), publisher | pl.col("automatic")))
    judged = table.filter(shown | pl.col("within"))["network"]
    for kind in ("look", "batch"):
        found = _facts_of(facts.join(asked, on="network", how="semi"), kind, rule, judged)
        table = table.join(found, on="network", how="left")
    looks, batched = ((pl.col(kind) > 0).fill_null(False) for kind in ("look", "batch"))
    fans = pl.col("devoted") & ~(looks & batched)
    table = _explained(table, {"captured": fans | (pl.col("prompted") & ~batched), "copying": fans & pl.col("seldom")})
    table = table.with_columns(captured=pl.max_horizontal("captured", "serving"))
    return table.select("network", pl.col(KINDS).round(6))


def rule_of_pools(rule: Rule) -> Rule:
    """Return the rule for the facts of pools, whose p-values are small: half of the excess of a batch is not enough."""
    return replace(rule, min_batch_excess=2 * rule.min_batch_excess, sure_batch=0.0)  # always half of twice the excess


def pooled_kinds(
    kinds: pl.DataFrame, pooled: pl.DataFrame, facts: pl.DataFrame, facts_of_pools: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Let look and batch of a pool of networks (:mod:`cib.networks.pools`) count for each of them if they say more.

    Parameters
    ----------
    kinds, pooled : polars.DataFrame
        From :func:`kinds_of_evidence`, by the facts of each network and of its pool.
    facts, facts_of_pools : polars.DataFrame
        From :func:`cib.networks.account_metadata.account_facts`; the second by network as well.

    Returns
    -------
    kinds : polars.DataFrame
        The first table, with ``pooled``: whether the pool says more.
    facts : polars.DataFrame
        Facts of the pool for the kinds by which it says more, else of the network.
    """
    both = kinds.join(pooled.select("network", "look", "batch"), on="network", suffix="_there", maintain_order="left")
    more = {kind: pl.col(f"{kind}_there").fill_null(0.0) > pl.col(kind).fill_null(0.0) for kind in ("look", "batch")}
    told = both.select("network", **more).unpivot(index="network", variable_name="kind", value_name="more")
    of = pl.col("fact").replace_strict(FACTS)
    of_pool = facts_of_pools.join(
        told.filter("more"), left_on=["network", of], right_on=["network", "kind"], how="semi"
    )
    kept = facts.join(of_pool, on=["network", "fact"], how="anti")
    best = [pl.max_horizontal(kind, f"{kind}_there").alias(kind) for kind in more]
    table = both.with_columns(*best, pooled=pl.any_horizontal(*more.values()))
    return table.select(*kinds.columns, "pooled"), pl.concat([kept, of_pool]).sort("network", "fact")


def like_pools(facts: pl.DataFrame, facts_of_pools: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Leave out facts of pools that do not hold for the members of a network.

    A look of the pool does not if significantly fewer members have it than if they were a sample of the pool. If that
    is so for every look that is more frequent in the pool than elsewhere, the network is not like its pool, and the
    batch is not that of the network either.

    Parameters
    ----------
    facts, facts_of_pools : polars.DataFrame
        From :func:`cib.networks.account_metadata.account_facts`; the second by network as well.
    rule : Rule

    Returns
    -------
    polars.DataFrame
        Rows of the facts of pools.
    """
    own = facts.select("network", "fact", own="share", known="members")
    table = facts_of_pools.join(own, on=["network", "fact"], how="left", maintain_order="left")
    look = pl.col("fact").replace_strict(FACTS) == "look"
    lacking = (table["known"] * (1 - table["own"])).round(), table["known"], 1 - table["share"]
    p = pl.Series(binomial_tail(*(each.fill_null(0.0) for each in lacking)))
    table = table.with_columns(unlike=look & (p <= rule.alpha_unlike))
    striking = pl.col("unlike").filter(look, pl.col("share") - pl.col("elsewhere") >= rule.min_excess)
    kept = table.filter(~pl.col("unlike"), ~striking.all().over("network") | (striking.len().over("network") == 0))
    return kept.select(facts_of_pools.columns)


def shared_kinds(kinds: pl.DataFrame, server: pl.Series) -> pl.DataFrame:
    """Count kinds of evidence of a network and of the network that it serves for both.

    Two networks are combined if the acts of the one are captured or copied, the attention of the other is unearned,
    look or batch counts for either, and any kind but boosted counts for the served one. They may otherwise be activists
    and their organisers, or accounts that a network acts on without their doing.

    Parameters
    ----------
    kinds : polars.DataFrame
        From :func:`kinds_of_evidence`.
    server : polars.Series of int
        For each network the network that serves it, -1 for none.

    Returns
    -------
    polars.DataFrame
        The same table, with ``together``: whether the network is one of such a pair.
    """
    shared = [kind for kind in KINDS if kind != "days off"]
    pairs = kinds.select(served="network", network=server, **{kind: pl.col(kind) for kind in shared})
    pairs = pairs.join(kinds.select("network", *shared), on="network", suffix="_there")
    own = pl.any_horizontal(pl.col(kind).fill_null(0.0) > 0 for kind in KINDS if kind != "boosted")
    does = kinds.filter(own).select(served="network")
    serves = pl.max_horizontal("captured_there", "copying_there") > 0
    pairs = pairs.filter(pl.col("boosted") > 0, serves).join(does, on="served", how="semi")
    pairs = pairs.with_columns(pl.max_horizontal(kind, f"{kind}_there").alias(kind) for kind in shared)
    pairs = pairs.filter((pl.col("look") > 0) | (pl.col("batch") > 0))
    ends = pl.concat([pairs.select(pl.col(end).alias("network"), *shared) for end in ("served", "network")])
    best = ends.group_by("network").agg(pl.col(shared).max().name.suffix("_there"), together=pl.lit(value=True))
    table = kinds.join(best, on="network", how="left", maintain_order="left")
    table = table.with_columns(pl.max_horizontal(kind, f"{kind}_there").alias(kind) for kind in shared)
    return table.select(*kinds.columns, pl.col("together").fill_null(value=False))


def verdicts(kinds: pl.DataFrame, behaviour: pl.DataFrame, enough: pl.Series, rule: Rule) -> pl.DataFrame:
    """Decide the verdict on each network.

    Parameters
    ----------
    kinds : polars.DataFrame
        From :func:`kinds_of_evidence`.
    behaviour : polars.DataFrame
    enough : polars.Series of bool
        Whether a network that is not a candidate co-acts more than chance explains.
    rule : Rule

    Returns
    -------
    polars.DataFrame
        ``network, evidence`` (total decades), ``verdict`` and ``recruits``, whether accounts may join because they
        copy or act on its members: candidates by copying, boosted or days off, of which a kind but boosted
        counts at least `rule.min_recruiting`. Acts on a group that only shares posts concern posts that are not its
        own, and an error of weak evidence would multiply.
    """
    known = [pl.col(kind).fill_null(0.0) for kind in KINDS]
    total = pl.sum_horizontal(known)
    # an account without followers has fewer followers than accounts that act on it: both count as one kind
    twice = (pl.col("boosted").fill_null(0.0) > 0) & (pl.col("look").fill_null(0.0) > 0)
    n = pl.sum_horizontal(value > 0 for value in known) - twice
    behaves = pl.any_horizontal(pl.col(kind).fill_null(0.0) > 0 for kind in _BEHAVIOURS)
    copies = pl.col("copying").fill_null(0.0)
    untested = pl.col("look").is_null() & pl.col("batch").is_null()
    fact = pl.any_horizontal(pl.col(kind).fill_null(0.0) > 0 for kind in ("boosted", "look", "batch"))
    own = fact | ((copies > 0) & untested)
    several = (n >= rule.min_kinds) & behaves & (own | (n < 2))
    facts = pl.sum_horizontal(
        (pl.col(kind).fill_null(0.0) >= rule.min_fact_inside).cast(pl.Int64) for kind in ("look", "batch", "days off")
    )
    candidate = (
        (several & (total >= rule.min_decades))
        | (several & (copies >= 1) & (total >= rule.min_decades_copying))
        | ((pl.col("inside") >= rule.min_inside) & (facts >= 2))
    )
    if rule.min_single > 0:
        candidate |= pl.col("enough") & (pl.max_horizontal("copied", "held_regular").fill_null(0.0) >= rule.min_single)
    verdict = (
        pl.when(candidate)
        .then(pl.lit("candidate"))
        .when("enough")
        .then(pl.lit("coordinated"))
        .otherwise(pl.lit("insufficient"))
    )
    table = kinds.join(behaviour.select("network", "inside", "copied", "held_regular"), on="network").with_columns(
        enough=enough
    )
    # a set that a network serves has unearned attention by construction
    chosen = [pl.col(kind).fill_null(0.0) for kind in KINDS if kind != "boosted"]
    strong = pl.max_horizontal(chosen) >= rule.min_recruiting
    writes = (copies > 0) | (pl.col("boosted").fill_null(0.0) > 0) | (pl.col("days off").fill_null(0.0) > 0)
    return table.select(
        "network",
        evidence=total.round(6),
        verdict=verdict.cast(pl.Enum(VERDICTS)),
        recruits=candidate & writes & strong,
    )


def reasons_of(row: Mapping[str, Any], facts: Mapping[Any, Mapping[str, Any]], rule: Rule) -> tuple[Reason, ...]:
    """Return the reasons for and against one network, and what could not be tested.

    Parameters
    ----------
    row : mapping
        Values of one network: its behaviour (:func:`cib.networks.behaviour.behaviour`), kinds of evidence and days
        off.
    facts : mapping
        Its rows of :func:`cib.networks.account_metadata.account_facts`, by fact.
    rule : Rule
    """
    found = [_copying(row), _captured(row), _boosted(row, facts), _look(row, facts), _batch(row, facts), _days_off(row)]
    if row["together"]:
        found.append(Reason("served", "acts, and attention, are of this network and of one that serves the other"))
    if row.get("pooled"):
        found.append(
            Reason(
                "pooled", "look or batch are of this network and of those with which it shares its own sites or texts"
            )
        )
    if row.get("company"):
        text = (
            f"compared with {row['company']:,} other accounts that use the same hashtags as well, of which "
            f"{row['batched']:,} were created within twelve hours of members that were created together"
        )
        counts = {"company": row["company"], "batched": row["batched"]}
        found.append(Reason("occasion", text, counts, "for" if row["look"] or row["batch"] else "against"))
    return (*found, *_single(row, rule), *_against(row, rule))


def _counting(decades: pl.Expr, least: float, rule: Rule) -> pl.Expr:
    """Clip decades to the range from 0 to the maximum of a kind; 0 below `least`, null stays null."""
    return pl.when(decades >= least).then(decades.clip(0.0, rule.max_kind)).when(decades.is_not_null()).then(0.0)


def _copies(rule: Rule, share: pl.Expr) -> pl.Expr:
    """Compute the decades of copying from a share of copies."""
    decades = (share - rule.copying_from) / rule.copying_unit
    public = (pl.col("copied_held") < rule.min_copied_held) | (pl.col("copiers") < rule.min_copiers)
    return _counting(pl.when(public).then(0.0).otherwise(decades), rule.min_copying, rule)


def _explained(table: pl.DataFrame, why: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Set kinds of evidence to 0 for which there is an innocent explanation; null stays null."""
    return table.with_columns(
        pl.when(reason & pl.col(kind).is_not_null()).then(0.0).otherwise(kind).alias(kind)
        for kind, reason in why.items()
    )


def _facts_of(facts: pl.DataFrame, kind: str, rule: Rule, judged: pl.Series | None = None) -> pl.DataFrame:
    """Compute the decades of a kind of fact: best test, Bonferroni over tests, Benjamini-Hochberg over networks.

    The limit of the false discovery rate is that of the networks in `judged`, of all by default.
    """
    names = [name for name, of in FACTS.items() if of == kind]
    known = pl.col("members") / pl.col("members").max().over("network")
    mine = facts.with_columns(known=known).filter(pl.col("fact").is_in(names))
    share, elsewhere = pl.col("share"), pl.col("elsewhere")
    if kind == "boosted":
        excess = share - elsewhere >= rule.min_boosted_excess
    elif kind == "look":
        least = pl.when("rests").then(rule.min_odds_resting).otherwise(rule.min_odds)
        odds = share * (1 - elsewhere) >= least * elsewhere * (1 - share)
        # a fact that is known of a few members, such as proposed names of young accounts, is not one of the network
        excess = odds & ((share - elsewhere) * pl.col("known") >= rule.min_excess)
    else:
        sure = pl.col("p") <= 10.0**-rule.sure_batch
        excess = share - elsewhere >= pl.when(sure).then(rule.min_batch_excess / 2).otherwise(rule.min_batch_excess)
    tested = mine.with_columns(p=pl.when(excess).then(pl.col("p")).otherwise(1.0))
    best = tested.group_by("network").agg(p=(pl.col("p").min() * len(names)).clip(0.0, 1.0)).sort("network")
    p = (best if judged is None else best.filter(pl.col("network").is_in(judged.implode())))["p"].to_numpy()
    limit = benjamini_hochberg(p, rule.alpha_facts, len(p))
    decades = pl.when(pl.col("p") <= limit).then(-pl.col("p").clip(1e-300).log10()).otherwise(0.0)
    return best.select("network", _counting(decades, rule.min_fact, rule).alias(kind))


def _copying(row: Mapping[str, Any]) -> Reason:
    if row["copied"] is None:
        return Reason("copying", "copying was not tested: no texts that several accounts posted", speaks="untested")
    text = (
        f"{row['copied']:.0%} of all {row['acts']:,} acts of the members, by {row['copiers']:.0%} of them, repeat a "
        "text of another member"
    )
    return _reason("copying", text, row, copied=row["copied"], copiers=row["copiers"])


def _captured(row: Mapping[str, Any]) -> Reason:
    if row["joint"] is None and not row["aimed"]:
        return Reason("captured", "captured joint acts were not tested: no acts on posts of others", speaks="untested")
    names = ("joint", "held", "density", "hasty", "aimed", "aimed_held")
    numbers = {name: row[name] for name in names if row[name] is not None}
    joint = (
        f"{row['joint']:.0%} of all acts fall within an hour of another member's on the same post, where "
        f"{row['held']:.0%} of the other accounts are tied members; "
        if row["joint"]
        else ""
    )
    aimed = (
        f"{row['aimed']:.0%} of all acts go to accounts with few followers that three members act on, of whose "
        f"attention it is {row['aimed_held']:.0%}"
    )
    return _reason("captured", joint + aimed, row, **numbers)


def _boosted(row: Mapping[str, Any], facts: Mapping[Any, Mapping[str, Any]]) -> Reason:
    best = facts.get("unearned attention")
    if row["boosted"] is None or best is None:
        return Reason("boosted", "unearned attention was not tested: no followers are known", speaks="untested")
    text = (
        f"on {best['share']:.0%} of {best['members']:,} members more accounts act than their followers explain, on "
        f"{best['elsewhere']:.1%} of unaffiliated accounts of the same languages"
    )
    return _reason("boosted", text, row, **{name: best[name] for name in _OF_FACTS})


def _look(row: Mapping[str, Any], facts: Mapping[Any, Mapping[str, Any]]) -> Reason:
    mine = [(told["p"], name) for name, told in facts.items() if FACTS[name] == "look"]
    if row["look"] is None or not mine:
        return Reason(
            "look", "the look of the accounts was not tested: no followers or names are known", speaks="untested"
        )
    _, name = min(mine)
    best = facts[name]
    text = (
        f"{name}: {best['share']:.0%} of {best['members']:,} members, {best['elsewhere']:.1%} of unaffiliated "
        "accounts of the same languages"
    )
    return _reason("look", text, row, **{name: best[name] for name in _OF_FACTS})


def _batch(row: Mapping[str, Any], facts: Mapping[Any, Mapping[str, Any]]) -> Reason:
    best = facts.get("creation batch")
    if row["batch"] is None or best is None:
        return Reason("batch", "creation batches were not tested: no times of creation are known", speaks="untested")
    text = (
        f"within twelve hours of a member {2 ** best['share']:.1f} members were created (geometric mean), "
        f"{2 ** best['elsewhere']:.1f} among accounts of the same age"
    )
    return _reason("batch", text, row, **{name: best[name] for name in _OF_FACTS})


def _days_off(row: Mapping[str, Any]) -> Reason:
    if row["days off"] is None or not row["days"]:
        return Reason("days off", "days off were not tested", speaks="untested")
    text = (
        f"{row['weekend']:.0%} of the acts fall on weekends, {row['elsewhere']:.0%} of those of unaffiliated "
        f"accounts ({row['days']:.0f} effective days)"
    )
    return _reason("days off", text, row, weekend=row["weekend"], elsewhere=row["elsewhere"], days=row["days"])


def _single(row: Mapping[str, Any], rule: Rule) -> list[Reason]:
    """Return the reason that one kind suffices, if the settings allow it and it does."""
    held = row["held_regular"] or 0.0
    if not 0 < rule.min_single <= held:
        return []
    text = f"of the accounts that act on such posts more than once {held:.0%} are tied members, which is enough here"
    return [Reason("single kind", text, {"held_regular": held})]


def _reason(kind: str, text: str, row: Mapping[str, Any], **numbers: float) -> Reason:
    """Return a reason for a network if the kind counts, against it if the kind was tested and does not count."""
    decades = row[kind]
    told = f"{text} ({decades:.1f} decades)" if decades else text
    return Reason(kind, told, {**numbers, "decades": decades}, "for" if decades else "against")


def _against(row: Mapping[str, Any], rule: Rule) -> list[Reason]:
    """Return innocent explanations that the figures suggest."""
    found = []
    if row["mutual"] is not None and row["mutual"] * row["inside"] >= rule.max_reciprocity:
        returned = f"{row['mutual']:.0%} of these are returned, as in a pod"
        text = f"{row['inside']:.0%} of all acts are aimed at members and {returned}"
        found.append(Reason("reciprocity", text, {"inside": row["inside"], "mutual": row["mutual"]}, "against"))
    if (row["copied_host"] or 0) > rule.max_one_host and not row["copying"]:
        text = (
            f"{row['copied_host']:.0%} of the copies link to one host, as those of a publisher and its readers do; "
            f"{row['host_held']:.0%} of the accounts that link to it are in networks"
        )
        numbers = {"copied_host": row["copied_host"], "host_held": row["host_held"]}
        found.append(Reason("publisher", text, numbers, "against"))
    if (row["automatic"] or 0) > rule.max_automatic:
        text = f"{row['automatic']:.0%} of the members say of themselves that they are automatic"
        found.append(Reason("automatic", text, {"automatic": row["automatic"]}, "against"))
    if row["targets"] and row["targets"] < rule.min_targets:
        text = f"the acts are aimed at effectively {row['targets']:.1f} accounts, as those of fans are"
        found.append(Reason("devotion", text, {"targets": row["targets"]}, "against"))
    if (row["joint"] or 0) >= rule.min_joint and row["prompted"] >= rule.min_prompted and not row["captured"]:
        text = (
            f"{row['prompted']:.0%} of the joint acts are aimed at accounts outside of the network whose followers "
            "explain the attention, as those of a public are"
        )
        found.append(Reason("public", text, {"prompted": row["prompted"]}, "against"))
    return found
