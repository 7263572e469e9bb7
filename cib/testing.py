"""Conformance checks ("laws") of extensions: features, kinds of object, null models, roles and formats.

Each law is a function whose docstring states it. It takes the extension and test data, and returns a description of
the violation, or an empty string. Extensions need not handle duplicate rows, which :func:`cib.read` removes.

>>> def night_share(posts):
...     return posts.group_by("account_id").agg((nw.col("created_at").dt.hour() < 6).mean())
>>> check_feature(night_share)
Traceback (most recent call last):
    ...
cib.testing.FeatureLawError: feature 'night_share' breaks the law 'is_explained': It has a docstring; the first
line is its label. Got no docstring.
"""

from __future__ import annotations

import inspect
import pickle
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from cib.activity import ACCOUNT_COLUMNS, POST_COLUMNS, Activity
from cib.errors import CibError, InputError
from cib.features.extract import extract, inputs
from cib.features.feature import Feature, describe
from cib.features.table import FeatureTable
from cib.graphs.coaction import coaction_graph
from cib.graphs.graph import Graph
from cib.graphs.nulls.registry import chance
from cib.graphs.objects import object_events
from cib.import_report import ImportReport
from cib.roles import Role, score_roles
from cib.roles.scoring import COUNTS
from cib.sources.files import read
from cib.sources.format import Format
from cib.sources.registry import known_formats
from cib.sources.streams import File
from cib.sources.tables import file_part

__all__ = [
    "LAWS",
    "NULL_LAWS",
    "OBJECT_LAWS",
    "ROLE_LAWS",
    "FeatureLawError",
    "LawError",
    "check_feature",
    "check_format",
    "check_null",
    "check_objects",
    "check_role",
    "toy_activity",
]


def __dir__() -> list[str]:
    return __all__


#: A law takes a feature and an activity, and returns a description of the violation, or ''.
Law = Callable[[Feature, Activity], str]


class LawError(CibError, AssertionError):
    """An extension breaks a law."""


class FeatureLawError(LawError):
    """A feature breaks a law."""


def check_feature(function: Callable[..., Any] | Feature, activity: Activity | None = None) -> None:
    """Check a feature against all laws.

    Parameters
    ----------
    function : callable or Feature
    activity : Activity, optional
        Test data; by default :func:`toy_activity`. Pass your own if the feature needs columns that the
        toy data lack.

    Raises
    ------
    FeatureLawError
        If a law is broken; it names the first such law and the violation.
    SettingsError
        If it is not a feature.

    Examples
    --------
    >>> from cib.features.timing import intervals
    >>> check_feature(intervals)
    """
    feature = describe(function)
    activity = toy_activity() if activity is None else activity
    for law in LAWS:
        try:
            seen = law(feature, activity)
        except InputError as error:
            raise _broken(feature, law, str(error)) from error
        if seen:
            raise _broken(feature, law, seen)


def is_explained(feature: Feature, activity: Activity) -> str:  # noqa: ARG001 every law is called alike
    """It has a docstring; the first line is its label."""
    return "" if inspect.getdoc(feature.function) else "no docstring"


def pickles(feature: Feature, activity: Activity) -> str:  # noqa: ARG001 every law is called alike
    """It can be pickled, so that it can be sent to another process."""
    try:
        back = pickle.loads(pickle.dumps(feature.function))  # noqa: S301 our own bytes, just written
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        return f"{error}"
    return "" if back is feature.function else "another object comes back"


def gives_one_number_an_account(feature: Feature, activity: Activity) -> str:
    """It gives a finite number or null for every account, and one only."""
    table = extract(activity, [feature])
    if not table.ids.equals(activity.account_ids):
        return f"{len(table)} rows for {len(activity.account_ids)} accounts"
    return "" if not np.isinf(table.values).any() else "an infinite number"


def gives_the_same_again(feature: Feature, activity: Activity) -> str:
    """It gives the same for the same input."""
    return _differences(extract(activity, [feature]), extract(activity, [feature]))


def takes_rows_in_any_order(feature: Feature, activity: Activity) -> str:
    """It gives the same whatever the order of the rows."""
    mixed = replace(
        activity,
        posts_table=activity.posts_table.sample(fraction=1, shuffle=True, seed=1),
        accounts_table=activity.accounts_table.reverse(),
    )
    return _differences(extract(activity, [feature]), extract(mixed, [feature]))


def leaves_inputs_alone(feature: Feature, activity: Activity) -> str:
    """It does not change what it is given."""
    given = inputs(activity, feature.needs)
    before = {name: _copied(value) for name, value in given.items()}
    feature.function(**given)
    changed = [name for name, value in given.items() if not _same(before[name], _copied(value))]
    return f"changed {', '.join(changed)}" if changed else ""


def takes_no_posts(feature: Feature, activity: Activity) -> str:
    """It gives no row, and no error, when there are no posts."""
    table = extract(replace(activity, posts_table=activity.posts_table.head(0)), [feature])
    return f"{len(table)} rows" if len(table) else ""


def takes_single_posts(feature: Feature, activity: Activity) -> str:
    """It gives a number or null, and no error, when every account did one thing only."""
    first = activity.posts_table.sort("created_at", "post_id").unique("account_id", keep="first", maintain_order=True)
    return gives_one_number_an_account(feature, replace(activity, posts_table=first))


def gives_parts_what_the_whole_gives(feature: Feature, activity: Activity) -> str:
    """It gives an account the same when only some accounts are there, unless it is told to be relative.

    Only features of posts and accounts are checked, because edges of a graph depend on the accounts at both ends.
    """
    if feature.relative or not {"posts", "accounts"}.issuperset(feature.needs):
        return ""
    whole = extract(activity, [feature])
    for accounts in (whole.ids.gather_every(2), whole.ids.gather_every(2, 1)):
        own = pl.col("account_id").is_in(accounts.implode())
        part = extract(replace(activity, posts_table=activity.posts_table.filter(own)), [feature])
        both = accounts.filter(accounts.is_in(part.ids.implode()))  # accounts that were only mentioned may be missing
        if seen := _differences(_of(whole, both), _of(part, both)):
            return seen
    return ""


def takes_time_in_proportion(feature: Feature, activity: Activity) -> str:
    """It takes time in proportion to the rows, or less.

    For four times the accounts, at most five times as many lines of Python may run.

    Lines are counted instead of time, so that the result is deterministic; the work of compiled libraries within
    a line is not measured.
    """
    copies = 1 if len(activity) > 200 else 8
    once, four_times = (_lines(feature, _repeated(activity, n)) for n in (copies, 4 * copies))
    return f"{once:,} and then {four_times:,} lines" if four_times > 5 * once else ""


#: All laws of features, the cheapest first.
LAWS: tuple[Law, ...] = (
    is_explained,
    pickles,
    gives_one_number_an_account,
    gives_the_same_again,
    takes_rows_in_any_order,
    leaves_inputs_alone,
    takes_no_posts,
    takes_single_posts,
    gives_parts_what_the_whole_gives,
    takes_time_in_proportion,
)


def check_objects(function: Callable[..., Any], activity: Activity | None = None) -> None:
    """Check a kind of object against all laws.

    Parameters
    ----------
    function : callable
        From posts (a narwhals frame) to a frame of ``post_id`` and ``object``; see :func:`cib.coaction_graph`.
    activity : Activity, optional
        Test data; by default :func:`toy_activity`.

    Raises
    ------
    LawError
        If a law is broken; it names the first such law and the violation.

    Examples
    --------
    >>> def client(posts):
    ...     return posts.select("post_id", object="client")
    >>> check_objects(client)
    """
    _hold("the kind of object", function, OBJECT_LAWS, toy_activity() if activity is None else activity)


def check_format(format: Format, sample: str | Path) -> None:
    r"""Check a format against the laws of reading, on a small sample file.

    The format, and no other one, recognises the file; dropped rows are counted; reading the file twice gives the same
    rows as reading it once; accounts and times are read, and the import report names the column of the accounts.

    Parameters
    ----------
    format : Format
    sample : path
        A file with one or more rows.

    Raises
    ------
    LawError
        If a law is broken; it names the first such law and the violation.
    InputError
        If the sample cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> mine = Format("stars", {"account_id": "who", "created_at": "when", "target_post_id": "repository"},
    ...               tells=lambda names: {"who", "when", "repository"} <= set(names))
    >>> sample = Path(tempfile.mkdtemp()) / "stars.csv"
    >>> _ = sample.write_text("who,when,repository\na,1600000000,r\n", encoding="utf-8")
    >>> check_format(mine, sample)
    """

    def takes(other: Format) -> bool:
        records = [other] if other.read else [known for known in known_formats().values() if known.read]
        try:
            part = file_part(File(Path(sample)), records)
        except InputError:
            return False
        return part.format is other or bool(other.tells and not part.format and other.tells(part.names))

    once = read(sample, format=format, progress=False)
    twice = read([sample, sample], format=format, progress=False)
    others = [other.name for other in known_formats().values() if other.name != format.name and takes(other)]
    broken = {
        "the file is recognised": "" if takes(format) else "no",
        "no other format takes the file": ", ".join(others),
        "a file delivered twice is the file once": "" if once.fingerprint == twice.fingerprint else "other rows",
        "every time is read": f"{once.imported.dropped['no time']} without"
        if "no time" in once.imported.dropped
        else "",
        "it is said what the account is read from": "" if once.imported.columns.get("account_id") else "nothing",
    }
    for law, seen in broken.items():
        if seen:
            raise LawError(f"format {format.name!r} breaks the law that {law}", where=str(sample), got=seen)


def check_null(null: Callable[[Graph], Any], graph: Graph | None = None) -> None:
    """Check a null model against all laws.

    Parameters
    ----------
    null : callable
        From a co-action graph to the expected weight and the p-value of each edge; see :func:`cib.backbone`.
    graph : Graph, optional
        A co-action graph with edges down to weight 1, by default that of 60 accounts that choose posts
        independently of each other.

    Raises
    ------
    LawError
        If a law is broken; it names the first such law and the violation.

    Examples
    --------
    >>> from cib.graphs.nulls.margins import configuration
    >>> check_null(configuration)
    """
    _hold("the null model", null, NULL_LAWS, independent_choices() if graph is None else graph)


def check_role(role: Role, features: FeatureTable | None = None) -> None:
    """Check a role against all laws.

    Parameters
    ----------
    role : Role
    features : FeatureTable, optional
        Test data; by default the standard features of :func:`toy_activity`.

    Raises
    ------
    LawError
        If a law is broken; it names the first such law and the violation.

    Examples
    --------
    >>> check_role(Role("newsroom", "Posts at all hours.", {"hour_entropy": 1, "originality": 0.5}))
    >>> check_role(Role("busy", "Posts a lot.", {"posts_made": 1}))
    Traceback (most recent call last):
        ...
    cib.testing.LawError: the role 'busy' breaks the law 'role_is_no_activity': It weighs no count of what an account
    did or received: how much an account does says nothing of what it is. Got posts_made.
    """
    _hold("the role", role, ROLE_LAWS, extract(toy_activity()) if features is None else features)


def _hold(what: str, extension: Any, laws: Iterable[Callable[..., str]], tried_on: Any) -> None:
    for law in laws:
        try:
            seen = law(extension, tried_on)
        except CibError as error:
            seen = str(error)
        if seen:
            name = getattr(extension, "__name__", getattr(extension, "name", repr(extension)))
            said = (inspect.getdoc(law) or "").partition("\n")[0].rstrip(".")
            raise LawError(f"{what} {name!r} breaks the law {law.__name__!r}: {said}", got=seen.rstrip("."))


def objects_are_of_posts(function: Callable[..., Any], activity: Activity) -> str:
    """It returns a frame of ``post_id`` and ``object``, and every id is that of a post."""
    _events(function, activity)  # raises an error for any other return value
    given = nw.from_native(function(_posts(activity)), eager_only=True)
    absent = set(given["post_id"].to_list()) - set(activity.posts_table["post_id"]) - {None}
    return f"{min(absent)!r}" if absent else ""


def objects_are_the_same_in_any_order(function: Callable[..., Any], activity: Activity) -> str:
    """It returns the same objects whatever the order of the rows, and again when it is called again."""
    mixed = replace(activity, posts_table=activity.posts_table.sample(fraction=1, shuffle=True, seed=1))
    once, again, other = (_events(function, each) for each in (activity, activity, mixed))
    return "" if once == again == other else "other objects"


def objects_leave_posts_alone(function: Callable[..., Any], activity: Activity) -> str:
    """It does not change the posts."""
    before = activity.posts_table.clone()
    function(_posts(activity))
    return "" if activity.posts_table.equals(before) else "changed posts"


def objects_of_no_posts_are_none(function: Callable[..., Any], activity: Activity) -> str:
    """It returns no row, and no error, when there are no posts."""
    found = _events(function, replace(activity, posts_table=activity.posts_table.head(0)))
    return f"{len(found)} rows" if found else ""


#: Laws that :func:`check_objects` checks.
OBJECT_LAWS = (
    objects_are_of_posts,
    objects_are_the_same_in_any_order,
    objects_leave_posts_alone,
    objects_of_no_posts_are_none,
)


def _posts(activity: Activity) -> Any:
    return nw.from_native(activity.posts_table, eager_only=True)


def _events(function: Callable[..., Any], activity: Activity) -> set[tuple[str, str]]:
    """Compute the pairs of post and object."""
    events = object_events(activity, function)
    posts = activity.posts_table["post_id"].gather(events["row"])
    return set(zip(posts, events["object"], strict=True))


def null_gives_a_value_an_edge(null: Callable[[Graph], Any], graph: Graph) -> str:
    """It returns a finite expected weight and a p-value in [0, 1] for each edge."""
    expected, _ = chance(graph, null)
    return "" if (expected >= 0).all() else f"an expected weight of {expected.min():g}"


def null_gives_the_same_again(null: Callable[[Graph], Any], graph: Graph) -> str:
    """It returns the same for the same graph."""
    once, again = chance(graph, null), chance(graph, null)
    same = all(np.array_equal(one, other) for one, other in zip(once, again, strict=True))
    return "" if same else "another value the second time"


def null_falls_with_weight(null: Callable[[Graph], Any], graph: Graph) -> str:
    """Its p-value does not rise when the weight of an edge does."""
    heavier = replace(graph, table=graph.table.with_columns(pl.col("weight") + 1))
    light, heavy = chance(graph, null).p, chance(heavier, null).p
    rises = heavy > light + 1e-12
    return f"p from {light[rises][0]:g} to {heavy[rises][0]:g}" if rises.any() else ""


def null_is_conservative(null: Callable[[Graph], Any], graph: Graph) -> str:
    """At most 6 % of all pairs of independent accounts have a p-value of 0.05 or less."""
    pairs = graph.events.n_active * (graph.events.n_active - 1) / 2
    share = (chance(graph, null).p <= 0.05).sum() / pairs
    return f"{share:.1%}" if share > 0.06 else ""


#: Laws that :func:`check_null` checks; the last one is meaningful only for a graph without coordination.
NULL_LAWS = (null_gives_a_value_an_edge, null_gives_the_same_again, null_falls_with_weight, null_is_conservative)


def role_names_features_that_there_are(role: Role, features: FeatureTable) -> str:
    """It weighs features of the table or standard ones, at least one of which the table has."""
    score_roles(features, (role,))  # raises an error if it does not
    return ""


def role_is_no_activity(role: Role, features: FeatureTable) -> str:  # noqa: ARG001 all laws take both
    """It weighs no count of what an account did or received: how much an account does says nothing of what it is."""
    return ", ".join(name for name in COUNTS if role.weights.get(name))


#: Laws that :func:`check_role` checks.
ROLE_LAWS = (role_names_features_that_there_are, role_is_no_activity)


def independent_choices() -> Graph:
    """Make the co-action graph of 60 accounts that each retweet 20 of 100 posts at random times of a day."""
    rng = np.random.default_rng(1)
    chosen = np.concatenate([rng.choice(100, 20, replace=False) for _ in range(60)])
    rows = [
        {
            "post_id": f"r{k:04}",
            "account_id": f"a{k // 20:02}",
            "action": "retweet",
            "target_post_id": f"p{post:02}",
            "target_account_id": f"w{post % 30:02}",
            "created_at": _START + timedelta(seconds=int(rng.integers(86_400))),
        }
        for k, post in enumerate(chosen)
    ]
    posts = pl.DataFrame(rows, schema=POST_COLUMNS).sort("created_at", "account_id", "post_id")
    report = ImportReport("independent choices", "canonical", rows_read=posts.height, rows_kept=posts.height)
    accounts = pl.DataFrame(schema={"account_id": pl.String})
    return coaction_graph(Activity(posts, accounts, report), window="6h", min_weight=1)


def toy_activity() -> Activity:
    """Make an activity of eight accounts over three days, with every column filled in some rows and empty in others.

    ``ann`` and ``bea`` post, ``cat`` and ``dan`` retweet fast, ``eve`` retweets late and replies, ``fay``
    quotes others and retweets herself, ``gus`` posts once, and ``hal`` is only mentioned.

    Returns
    -------
    Activity

    Examples
    --------
    >>> toy_activity()
    Activity(25 rows: 13 retweet, 8 post, 2 quote, 2 reply; 8 accounts...)
    """
    rows = [_post(k, *line.split()) for k, line in enumerate(_TOY.strip().splitlines())]
    posts = pl.DataFrame(rows, schema=POST_COLUMNS)
    originals = posts.select(target_post_id="post_id", target_account_id="account_id", target_created_at="created_at")
    posts = posts.drop("target_account_id", "target_created_at").join(originals, on="target_post_id", how="left")
    posts = posts.select(*POST_COLUMNS).sort("created_at", "account_id", "post_id")
    accounts = pl.DataFrame(_ACCOUNTS, schema=ACCOUNT_COLUMNS, orient="row")
    report = ImportReport("toy", "canonical", rows_read=posts.height, rows_kept=posts.height)
    return Activity(posts, accounts, report)


#: Account, minutes since the start, action, target post, mentioned accounts.
_TOY = """
ann      0    post     -    -
ann     30    post     -    bea
ann   1500    post     -    -
bea     10    post     -    ann
bea   1510    post     -    ann,hal
bea   2900    post     -    -
cat      0.5  retweet  p00  -
cat     30.3  retweet  p01  -
cat   1500.2  retweet  p02  -
cat     10.9  retweet  p03  -
cat   1510.7  retweet  p04  -
dan      0.6  retweet  p00  -
dan     30.8  retweet  p01  -
dan   1500.9  retweet  p02  -
eve    400    retweet  p00  -
eve   1900    retweet  p02  -
eve   2000    retweet  p04  -
eve   2100    reply    p05  bea
eve   2100    post     -    ann
fay    500    quote    p00  ann
fay    600    retweet  p19  -
fay    700    quote    p04  -
fay    700    reply    p21  -
gus   3000    post     -    -
ann   2950    retweet  p05  -
"""

_START = datetime(2020, 6, 12, 22, 30, tzinfo=UTC)

_ACCOUNTS = [
    ("ann", "Ann", datetime(2011, 5, 1, tzinfo=UTC), 5_000, 100, 900, "writes"),
    ("bea", "Bea", datetime(2015, 1, 1, tzinfo=UTC), 700, 300, None, None),
    ("cat", "Cat", datetime(2020, 6, 1, tzinfo=UTC), 0, 9, 40, None),
    ("gus", "Gus", None, None, None, None, None),
]


def _post(number: int, account: str, minutes: str, action: str, target: str, mentions: str) -> dict[str, Any]:
    own = action != "retweet"
    return {
        "account_id": account,
        "post_id": f"p{number:02}",
        "action": action,
        "created_at": _START + timedelta(minutes=float(minutes)),
        "target_post_id": None if target == "-" else target,
        "text": f"what {account} has to say!" if own else None,
        "lang": "en" if own else None,
        "client": "web",
        "urls": ["https://example.org/a"] if own and number % 2 else [],
        "hashtags": ["toy"] if own else [],
        "media": [f"3_{number}"] if own else [],
        "mentions": [] if mentions == "-" else mentions.split(","),
    }


def _broken(feature: Feature, law: Law, seen: str) -> FeatureLawError:
    said = (inspect.getdoc(law) or "").partition("\n")[0].rstrip(".")
    return FeatureLawError(f"feature {feature.title!r} breaks the law {law.__name__!r}: {said}", got=seen.rstrip("."))


def _of(table: FeatureTable, accounts: pl.Series) -> FeatureTable:
    return replace(table, table=table.table.filter(pl.col("account_id").is_in(accounts.implode())))


def _differences(one: FeatureTable, other: FeatureTable) -> str:
    """Describe the first difference between two tables, or return an empty string."""
    same = np.isclose(one.values, other.values, rtol=1e-9, atol=1e-12, equal_nan=True)
    if same.all():
        return ""
    row, column = np.argwhere(~same)[0]
    return f"{one.values[row, column]:g} and then {other.values[row, column]:g} for account {one.accounts[row]!r}"


def _lines(feature: Feature, activity: Activity) -> int:
    """Count the lines of Python that run while a feature is computed."""
    given, lines = inputs(activity, feature.needs), 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG001 sys.settrace() calls it so
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        feature.function(**given)
    finally:
        sys.settrace(before)
    return lines


def _repeated(activity: Activity, times: int) -> Activity:
    """Concatenate copies of an activity, each with its own accounts and posts."""

    def copy(table: pl.DataFrame, k: int) -> pl.DataFrame:
        ids = pl.col([name for name in table.columns if name.endswith("_id")])
        named = pl.col([name for name in table.columns if name == "mentions"])
        return table.with_columns(ids + f"-{k}", named.list.eval(pl.element() + f"-{k}"))

    posts, accounts = (
        pl.concat([copy(table, k) for k in range(times)]) for table in (activity.posts_table, activity.accounts_table)
    )
    return replace(
        activity,
        posts_table=posts.sort("created_at", "account_id", "post_id"),
        accounts_table=accounts.sort("account_id"),
    )


def _copied(value: Any) -> tuple[Any, ...]:
    """Copy the mutable parts of an input."""
    if isinstance(value, nw.DataFrame):
        return (value.to_polars().clone(),)
    return value.table.clone(), value.matrix.data.copy(), value.matrix.indices.copy()


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        a.equals(b) if isinstance(a, pl.DataFrame) else np.array_equal(a, b) for a, b in zip(one, other, strict=True)
    )
