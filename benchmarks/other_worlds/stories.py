"""Define the worlds. Each function creates one on an empty stage; other parameters are drawn from wide priors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from crowds import (
    Activists,
    Automated,
    Breaking,
    Circles,
    Crowd,
    Fandom,
    Hunters,
    Newcomers,
    Party,
    PileOn,
    Pod,
    Publisher,
    listed,
    pairs,
    repost,
    usual_crowds,
)
from schemes import Team, empties
from stage import DAY, HOUR, OFFICE, Stage
from town import Town
from wording import composed, links, spelled, varied


def begin(town: Town, crowds: list[Crowd]) -> None:
    """Create the follow graph and everyday actions of all accounts, then the actions of the crowds."""
    town.settle()
    town.act()
    for crowd in crowds:
        crowd.act(town)


def originals(stage: Stage) -> None:
    """Content operations that never repost.

    One to three operations post prepared lines, verbatim or slightly reworded, each line by some of the accounts of a
    desk within hours or days. They boost nobody, and nobody reposts them. Tests whether copied and nearly copied
    originals are detected without reposts, and whether activists, party branches and share buttons, which copy as
    well, are not flagged.
    """
    town, crowds = Town(stage, stage.count(4_000, 9_000)), usual_crowds(stage)
    teams = []
    for k in range(int(stage.rng.integers(1, 4))):
        team = Team(stage, f"content-{k}")
        size = stage.count(40, 250)
        teams.append((team, team.recruit(size), np.arange(size) // int(stage.rng.integers(8, 40))))
    begin(town, crowds)
    for team, members, desk in teams:
        _content(team, members, desk)
        town.cover(members, stage.about(1, 12))


def _content(team: Team, members: np.ndarray, desk: np.ndarray) -> None:
    """Create the lines of each desk, each posted by a part of it after its release."""
    stage, rng = team.stage, team.stage.rng
    n = rng.poisson(stage.about(0.3, 3) * stage.days) + 5
    theirs = rng.integers(0, desk.max() + 1, n)
    lines, out = team.lines(n), team.shifts(np.full(n, members[0]))
    member, line = pairs(rng, stage.between(0.1, 0.6) * (desk[:, None] == theirs))
    when = stage.later(out[line], stage.about(900, 50_000), stage.between(0.5, 1.3))
    team.post_lines(members[member], lines[line], when)


def brigade(stage: Stage) -> None:
    """A reply brigade.

    60 to 300 accounts are called to posts of journalists and opponents and answer them within about an hour from a
    list of talking points, most of them reworded. They hardly post anything else. Organic outrage directs hundreds of
    replies at well-known authors, too. Tests whether joint replies are an action for the detector, and whether a
    pile-on is distinguished from a brigade.
    """
    town, crowds = Town(stage, stage.count(4_000, 9_000)), [*usual_crowds(stage), PileOn(stage, stage.count(150, 500))]
    team = Team(stage, "brigade")
    members = team.recruit(stage.count(60, 300))
    begin(town, crowds)
    rng = stage.rng
    targets = rng.choice(town.famous(150), int(rng.integers(5, 30)), replace=False)
    known = np.flatnonzero(np.isin(town.posts.author, targets))
    calls = town.posts.take(rng.choice(known, min(stage.count(20, 150), len(known)), replace=False))
    crew = rng.integers(0, int(rng.integers(1, 6)), len(members))
    on_duty = crew[:, None] == rng.integers(0, crew.max() + 1, len(calls))
    member, call = pairs(rng, stage.between(0.1, 0.6) * on_duty)
    points = team.lines(int(rng.integers(10, 80)), 5)
    asked = calls.take(call)
    stage.act(
        "reply",
        members[member],
        stage.later(asked.time, stage.about(600, 10_000), stage.between(0.5, 1.2)),
        on=asked,
        text=team.wording(points[rng.integers(0, len(points), len(member))]),
        language=team.language,
    )
    some = rng.random(len(member)) < 0.15
    stage.says("mention", members[member[some]], team.shifts(members[member[some]]), named=asked.author[some])
    town.cover(members, stage.about(1, 15))


def forwards(stage: Stage) -> None:
    """Channels that post and forward, nothing else.

    A few source channels and 30 to 150 regional ones that forward them within minutes or hours, between copied
    filler. Pods of channels forward each other by agreement, automated accounts forward popular channels, party
    branches forward their leaders. There are no replies and no mentions. Tests data of another platform: few
    accounts, many actions by each, forwards as the only relation.
    """
    stage.kinds = ("post", "retweet")
    town = Town(stage, stage.count(2_500, 6_000))
    town.least, town.reshares = stage.between(4, 9), stage.about(0.5, 2)
    crowds: list[Crowd] = [Pod(stage, stage.count(60, 250)), Party(stage, stage.count(60, 250)), Automated(stage, 40)]
    crowds += [Publisher(stage, int(stage.rng.integers(2, 10)), 50) for _ in range(3)]
    team = Team(stage, "channels")
    sources, relays = team.recruit(int(stage.rng.integers(3, 12))), team.recruit(stage.count(30, 150), "amplifier")
    begin(town, crowds)
    rng = stage.rng
    who = np.repeat(sources, rng.poisson(stage.about(0.5, 4) * stage.days, len(sources)))
    posts = stage.says("post", who, team.shifts(who), language=team.language, **team.trimmings(len(who)))
    favourites = rng.random((len(relays), len(sources))) < stage.between(0.2, 0.9)
    chance = stage.between(0.05, 0.5) * favourites[:, np.searchsorted(np.sort(sources), who)]
    repost(stage, relays, posts, chance, stage.about(600, 15_000), stage.between(0.7, 1.5))
    strangers = town.passers_by(len(posts))
    stage.act("retweet", strangers, stage.later(posts.time, 15_000, 1.5, strangers), on=posts)
    _content(team, relays, np.zeros(len(relays), dtype=np.int64))
    town.cover(relays, stage.about(5, 40))


def hashtag_push(stage: Stage) -> None:
    """Hashtag campaigns that are announced a day ahead, with people who join in.

    Organisers announce hour and hashtag the day before; paid accounts repost the announcement and post the hashtag
    with texts of a shared document at that hour. Once it trends, organic accounts use it in their own words, as many
    as the paid ones or several times more. A fandom does the same without payment. Tests timing that was agreed in
    advance, and operation and organic accounts within one hashtag.
    """
    town, crowds = Town(stage, stage.count(4_000, 9_000)), [*usual_crowds(stage), Fandom(stage, stage.count(200, 800))]
    team = Team(stage, "push")
    planners, paid = team.recruit(int(stage.rng.integers(3, 12))), team.recruit(stage.count(60, 300))
    begin(town, crowds)
    rng = stage.rng
    for tag in stage.new_tags(int(rng.integers(3, 12))):
        hour = int(rng.integers(2, stage.days)) * DAY - int(stage.between(2, 8) * HOUR)
        _push(team, planners, paid, tag, hour)
        _join_in(stage, town, tag, hour, stage.count(60, 900))
    town.cover(paid, stage.about(1, 10))
    town.cover(planners, stage.about(3, 20))


def _push(team: Team, planners: np.ndarray, paid: np.ndarray, tag: str, hour: int) -> None:
    stage, rng = team.stage, team.stage.rng
    calls = rng.choice(planners, int(rng.integers(1, 5)))
    announced = hour - rng.integers(14 * HOUR, 30 * HOUR, len(calls))
    posts = stage.says("post", calls, announced, language=team.language, tags=listed(tag, len(calls)))
    comes = rng.random(len(paid)) < stage.between(0.2, 0.8)
    repost(stage, paid[comes], posts, np.full((int(comes.sum()), 1), stage.between(0.1, 0.7)), 9_000, 1.0)
    lines = team.lines(int(rng.integers(10, 60)))
    who = np.repeat(paid[comes], 1 + rng.poisson(stage.about(0.5, 6), int(comes.sum())))
    when = hour + rng.lognormal(np.log(stage.about(400, 4_000)), 0.8, len(who)).astype(np.int64)
    text = team.wording(lines[rng.integers(0, len(lines), len(who))])
    stage.act("post", who, when, text=text, tags=listed(tag, len(who)), language=team.language)


def _join_in(stage: Stage, town: Town, tag: str, hour: int, n: int) -> None:
    """Create posts of organic accounts that use the trending hashtag, and reposts of them."""
    who = town.passers_by(n)
    when = stage.awake(hour + stage.rng.gamma(2, 1.5 * HOUR, n).astype(np.int64), who)
    posts = stage.says("post", who, when, tags=listed(tag, n))
    town.spread(posts, 0.5, 2)


def boosted_core(stage: Stage) -> None:
    """A core whose texts are all different, and hired amplifiers.

    20 to 80 accounts write a new text for every post about a narrow topic; 100 to 500 amplifiers repost, answer and
    mention them minutes to a day later, and also work for shops. Hardly anyone else reacts. Tests whether a core
    without copied texts is detected, by its links, its hours and its amplifiers.
    """
    town, crowds = Town(stage, stage.count(4_000, 9_000)), usual_crowds(stage)
    shops = Hunters(stage, stage.count(20, 80))
    team, agency = Team(stage, "narrative"), Team(stage, "narrative")
    core, hired = team.recruit(stage.count(20, 80)), agency.recruit(stage.count(100, 500), "amplifier")
    begin(town, [*crowds, shops])
    rng = stage.rng
    who = np.repeat(core, rng.poisson(stage.about(8, 40), len(core)))
    topic = composed(rng, np.full(len(who), team.language), 8, words=int(rng.integers(120, 500)))
    posts = stage.act(
        "post", who, team.shifts(who), text=spelled(topic), language=team.language, **team.trimmings(len(who))
    )
    each = stage.about(4, 25) / len(posts)
    agency.boost(hired, posts, each, stage.about(900, 25_000), stage.between(0.8, 1.5))
    jobs = stage.says("post", np.repeat(shops.shops, 10), stage.moments(np.repeat(shops.shops, 10), OFFICE))
    agency.boost(hired, jobs, each * stage.about(0.05, 0.8), 9_000, 1.2)
    town.cover(hired, stage.about(0.5, 8))
    town.cover(core, stage.about(0.5, 8))


def hijacked(stage: Stage) -> None:
    """Old accounts of real people that change hands.

    60 to 250 accounts are ordinary until they are taken over in waves; after a pause they use another language and
    another client, in office hours, and repost a few new, empty accounts. Tests whether ordinary actions in the first
    half hide later ones: no account is new and none is empty, except the few that are boosted.
    """
    town, crowds = Town(stage, stage.count(4_000, 9_000)), usual_crowds(stage)
    team, rng = Team(stage, "takeover"), stage.rng
    n = stage.count(60, 250)
    waves = stage.end * rng.uniform(0.2, 0.6, int(rng.integers(1, 6)))
    taken = (rng.choice(waves, n) + rng.uniform(0, 2 * DAY, n)).astype(np.int64)
    members = stage.join(n, "operation", operation="takeover", role="amplifier", until=taken)
    core = empties(stage, int(rng.integers(4, 16)), "takeover", "core")
    begin(town, crowds)
    stage.people["zone"][members], stage.people["client"][members] = team.zone, 2
    posts = np.repeat(core, rng.poisson(stage.about(10, 60), len(core)))
    first = int(waves.min())
    when = first + team.shifts(posts) * (stage.end - first) // stage.end
    made = team.post_lines(posts, team.lines(len(posts)), when)
    starts = taken + (rng.uniform(1, 15) * DAY * rng.gamma(3, 1 / 3, n)).astype(np.int64)
    member, item = pairs(rng, stage.about(0.05, 0.4) * (starts[:, None] < made.time))
    chosen = made.take(item)
    later = stage.later(chosen.time, stage.about(900, 20_000), 1.2)
    stage.act("retweet", members[member], later, on=chosen)
    own = np.repeat(np.arange(n), rng.poisson(stage.about(2, 15), n))
    when = team.shifts(members[own])
    after = when > starts[own]
    lines = team.lines(60)[rng.integers(0, 60, int(after.sum()))]
    team.post_lines(members[own[after]], lines, when[after])


def small_cells(stage: Stage) -> None:
    """Many cells of 3 to 12 accounts that have nothing to do with each other.

    Two to five operations in cells; each cell has one habit: it reposts the same posts of outsiders, copies the same
    texts, posts the same links, or answers the same posts. Joint actions are few and seconds to a day apart, with 0.2
    to 2 cover actions of each member per joint item. Tests the smallest groups that can be distinguished from chance.
    """
    town, crowds = Town(stage, stage.count(5_000, 9_000)), usual_crowds(stage)
    rng = stage.rng
    cells = []
    for k in range(int(rng.integers(2, 6))):
        team = Team(stage, f"cells-{k}")
        for _ in range(int(rng.integers(6, 16))):
            size = int(rng.integers(3, 13))
            cells.append((team, team.recruit(size, cell=len(cells))))
    begin(town, crowds)
    for team, members in cells:
        n = stage.count(6, 40)
        member, item = pairs(rng, np.full((len(members), n), stage.between(0.4, 0.95)))
        habit, delay = str(rng.choice(["repost", "copy", "link", "answer"])), stage.about(20, 40_000)
        _habit(team, town, habit, members[member], item, delay)
        town.cover(members, n * stage.between(0.2, 2))


def _habit(team: Team, town: Town, habit: str, who: np.ndarray, item: np.ndarray, delay: float) -> None:
    """Create joint actions of a cell on numbered items."""
    stage, rng = team.stage, team.stage.rng
    n = item.max() + 1
    if habit in {"repost", "answer"}:
        sway = town.audience.total[town.posts.author] + 1e-9
        posts = town.posts.take(rng.choice(len(sway), n, p=np.sqrt(sway) / np.sqrt(sway).sum(), replace=False))
        start = stage.later(posts.time, 4_000, 1.0)
        when, on = stage.later(start[item], delay, 1.0), posts.take(item)
        if habit == "repost":
            stage.act("retweet", who, when, on=on)
        else:
            stage.act("reply", who, when, on=on, text=team.wording(team.lines(n)[item]), language=team.language)
        return
    when = stage.later(team.shifts(np.full(n, who[0]))[item], delay, 1.0)
    if habit == "copy":
        team.post_lines(who, team.lines(n)[item], when)
    else:
        link = links(rng.choice(team.sites, n)[item], 600 + item)
        stage.says("post", who, when, language=team.language, url=link)


def sampled_minutes(stage: Stage) -> None:
    """A boosted core seen through a keyword stream that was collected for a few minutes of each hour.

    Target posts are mostly outside the collected minutes, accounts have a few actions each, and the gaps are the same
    for all accounts. About two of three bursts fall between the collected minutes. Tests partial data: the total
    activity of accounts is unknown, and so are most originals.
    """
    town = Town(stage, stage.count(9_000, 15_000))
    town.least = stage.between(3, 6)
    crowds = usual_crowds(stage)
    team = Team(stage, "keyword")
    core, hired = team.recruit(stage.count(30, 120)), team.recruit(stage.count(150, 600), "amplifier")
    begin(town, crowds)
    rng = stage.rng
    who = np.repeat(core, rng.poisson(stage.about(15, 60), len(core)))
    lines = team.lines(len(who) // int(rng.integers(2, 6)) + 1)
    posts = team.post_lines(who, lines[rng.integers(0, len(lines), len(who))], team.shifts(who))
    team.boost(hired, posts, stage.about(15, 60) / len(posts), stage.about(200, 8_000), 1.2)
    town.cover(hired, stage.about(2, 20))
    stage.minutes = (60, int(rng.integers(12, 31)))


def short_video(stage: Stage) -> None:
    """Posts only: captions, blocks of hashtags, sounds.

    Two to four networks upload the same clips with equal or similar captions, the same hashtags in the same order and
    the same sound (a link here). Trends lead many accounts to use one sound and hashtag, brands prescribe hashtag and
    half of the caption to those they pay, and publishers post one clip on all their pages. Tests data without actions
    on others: empty layers must lead neither to an alarm nor to an all-clear.
    """
    stage.kinds = ("post",)
    town = Town(stage, stage.count(4_000, 9_000))
    town.least = stage.between(2, 5)
    rng = stage.rng
    crowds: list[Crowd] = [Publisher(stage, int(rng.integers(2, 14)), stage.count(50, 500)) for _ in range(3)]
    crowds += [Fandom(stage, stage.count(150, 600)), Party(stage, stage.count(80, 300)), Automated(stage, 30)]
    teams = []
    for k in range(int(rng.integers(2, 5))):
        team = Team(stage, f"clips-{k}")
        teams.append((team, team.recruit(stage.count(15, 120))))
    begin(town, crowds)
    for _ in range(int(rng.integers(5, 30))):
        _trend(stage, town, stage.count(40, 900))
    for _ in range(int(rng.integers(3, 12))):
        _sponsored(stage, town, stage.count(15, 120))
    for team, members in teams:
        _clips(team, members)
        who = np.repeat(members, rng.poisson(stage.about(1, 10), len(members)))
        stage.says("post", who, stage.moments(who), language=team.language)


def _trend(stage: Stage, town: Town, n: int) -> None:
    """Create posts with a sound and a hashtag that many accounts use for some days."""
    who, start = town.passers_by(n), stage.between(0, 0.9) * stage.end
    when = stage.awake((start + stage.rng.gamma(2, 1.5 * DAY, n)).astype(np.int64), who)
    sound = links(np.full(n, 3), np.full(n, int(start)))
    stage.says("post", who, when, tags=listed(f"foryou {stage.new_tags(1)[0]}", n), url=sound)


def _sponsored(stage: Stage, town: Town, n: int) -> None:
    """Create disclosed advertisements: half of the caption, the hashtags and the link are given."""
    rng, who = stage.rng, np.unique(town.passers_by(n))
    n = len(who)
    when = stage.awake((stage.between(0, 0.9) * stage.end + rng.uniform(0, 6 * DAY, n)).astype(np.int64), who)
    text = spelled(varied(rng, np.repeat(composed(rng, stage.people["language"][who[:1]], 8), n, axis=0), 0.5))
    tags, page = listed(f"ad {stage.new_tags(1)[0]} {stage.new_tags(1)[0]}", n), links(np.full(n, 5), np.full(n, 1))
    stage.act("post", who, when, text=text, tags=tags, url=page)


def _clips(team: Team, members: np.ndarray) -> None:
    """Create clips of a network, uploaded by a part of it within hours or days."""
    stage, rng = team.stage, team.stage.rng
    n = stage.count(15, 120)
    lines, out = team.lines(n), team.shifts(np.full(n, members[0]))
    blocks = np.array([" ".join(rng.permutation(team.tags)[:4]) for _ in range(n)])
    member, clip = pairs(rng, np.full((len(members), n), stage.about(0.05, 0.5)))
    when = stage.later(out[clip], stage.about(900, 80_000), 1.0)
    sound = links(np.full(len(clip), int(team.sites[0])), clip)
    text = team.wording(lines[clip])
    stage.act("post", members[member], when, text=text, tags=listed(blocks[clip], len(clip)), url=sound)


def election(stage: Stage) -> None:
    """An election without any operation.

    Two or three parties of one language with branches that post texts of the headquarters, publishers with one
    domain each and thousands of uses of their share buttons, petitions, pile-ons, debate nights, and accounts that
    join for the occasion. Every flagged account is a false positive.
    """
    rng = stage.rng
    town, language = Town(stage, stage.count(5_000, 11_000)), int(rng.choice(len(stage.languages), p=stage.languages))
    crowds: list[Crowd] = [Party(stage, stage.count(300, 1_500), language) for _ in range(int(rng.integers(2, 4)))]
    crowds += [
        Publisher(stage, int(rng.integers(3, 25)), stage.count(300, 1_500)) for _ in range(int(rng.integers(3, 8)))
    ]
    crowds += [Activists(stage, stage.count(100, 500)) for _ in range(2)]
    crowds += [Newcomers(stage, stage.count(200, 800)), Automated(stage, 50), PileOn(stage, 300), Breaking(stage, 600)]
    begin(town, [*crowds, Circles(stage, stage.count(200, 600))])


def fandoms(stage: Stage) -> None:
    """Fans and nobody else to suspect.

    Three to eight fandoms, in which up to two thirds of the fans are new accounts with few followers that joined
    within a few days and mostly repost, vote and congratulate in given words. Every flagged account is a false
    positive.
    """
    rng = stage.rng
    town = Town(stage, stage.count(2_500, 6_000))
    crowds: list[Crowd] = [
        Fandom(stage, stage.count(200, 2_000), fresh=stage.between(0.1, 0.67)) for _ in range(int(rng.integers(3, 9)))
    ]
    begin(town, [*crowds, Newcomers(stage, stage.count(100, 600)), Publisher(stage, 6, 100)])


def mutual_aid(stage: Stage) -> None:
    """People who help each other, without any operation.

    Pods that repost by agreement, causes with prepared texts, contest hunters, circles of friends and automatic
    accounts: organic accounts with the behaviour of operations. Every flagged account is a false positive.
    """
    rng = stage.rng
    town = Town(stage, stage.count(3_500, 8_000))
    crowds: list[Crowd] = [Pod(stage, stage.count(60, 500)) for _ in range(int(rng.integers(2, 6)))]
    crowds += [Activists(stage, stage.count(100, 700)) for _ in range(int(rng.integers(2, 7)))]
    crowds += [Hunters(stage, stage.count(40, 250)), Circles(stage, stage.count(300, 900)), Automated(stage, 60)]
    begin(town, [*crowds, Publisher(stage, 8, 200), Newcomers(stage, stage.count(50, 300))])


STORIES: dict[str, Callable[[Stage], None]] = {
    story.__name__: story
    for story in (
        originals,
        brigade,
        forwards,
        hashtag_push,
        boosted_core,
        hijacked,
        small_cells,
        sampled_minutes,
        short_video,
        election,
        fandoms,
        mutual_aid,
    )
}
