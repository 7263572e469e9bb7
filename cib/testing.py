"""The laws that every feature obeys: for the features that come with the package, and for yours.

Each law is a function whose docstring says it. It takes a feature and an activity, and tells what it saw
that breaks the law, or nothing. That rows which were delivered twice count once is :func:`cib.read`'s doing, before
any feature sees them.

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
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from cib.import_report import ImportReport

__all__ = ["LAWS", "FeatureLawError", "check_feature", "toy_activity"]

#: A law takes a feature and an activity, and says what breaks it; '' if nothing does.
Law = Callable[[Feature, Activity], str]


class FeatureLawError(CibError, AssertionError):
    """A feature breaks a law."""


def check_feature(function: Callable[..., Any] | Feature, activity: Activity | None = None) -> None:
    """Hold a feature against all laws.

    Parameters
    ----------
    function : callable or Feature
    activity : Activity, optional
        What it is tried on; by default :func:`toy_activity`. Take your own if the feature needs columns
        that the toy lacks.

    Raises
    ------
    FeatureLawError
        Naming the first law that is broken, and what was seen.
    SettingsError
        If it is no feature at all.

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

    Held against features of posts and accounts; who is in a graph depends on both ends of its edges.
    """
    if feature.relative or not {"posts", "accounts"}.issuperset(feature.needs):
        return ""
    whole = extract(activity, [feature])
    for accounts in (whole.ids.gather_every(2), whole.ids.gather_every(2, 1)):
        own = pl.col("account_id").is_in(accounts.implode())
        part = extract(replace(activity, posts_table=activity.posts_table.filter(own)), [feature])
        both = accounts.filter(accounts.is_in(part.ids.implode()))  # who never acts may be gone with those who named it
        if seen := _differences(_of(whole, both), _of(part, both)):
            return seen
    return ""


def takes_time_in_proportion(feature: Feature, activity: Activity) -> str:
    """It takes time in proportion to the rows, or less.

    Four times the accounts run four times the lines of Python, or fewer.

    Lines are counted and no time is measured, so that the answer is
    always the same; what compiled libraries do inside a line is not seen.
    """
    copies = 1 if len(activity) > 200 else 8
    once, four_times = (_lines(feature, _repeated(activity, n)) for n in (copies, 4 * copies))
    return f"{once:,} and then {four_times:,} lines" if four_times > 5 * once else ""


#: All laws, the cheapest first.
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


def toy_activity() -> Activity:
    """Eight accounts over three days, with every column filled somewhere and empty elsewhere.

    ``ann`` and ``bea`` write, ``cat`` and ``dan`` retweet at once, ``eve`` retweets late and answers, ``fay``
    quotes and retweets herself, ``gus`` posts once, and ``hal`` is only mentioned.

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


#: Account, minutes since the start, action, post acted on, accounts mentioned.
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
    return replace(table, frame=table.frame.filter(pl.col("account_id").is_in(accounts.implode())))


def _differences(one: FeatureTable, other: FeatureTable) -> str:
    """The first account for which two tables do not say the same."""
    same = np.isclose(one.values, other.values, rtol=1e-9, atol=1e-12, equal_nan=True)
    if same.all():
        return ""
    row, column = np.argwhere(~same)[0]
    return f"{one.values[row, column]:g} and then {other.values[row, column]:g} for account {one.accounts[row]!r}"


def _lines(feature: Feature, activity: Activity) -> int:
    """Lines of Python that run while a feature does."""
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
    """The activity beside copies of itself, with accounts and posts of their own."""

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
    """What can be changed of an input."""
    if isinstance(value, nw.DataFrame):
        return (value.to_polars().clone(),)
    return value.table.clone(), value.matrix.data.copy(), value.matrix.indices.copy()


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        a.equals(b) if isinstance(a, pl.DataFrame) else np.array_equal(a, b) for a, b in zip(one, other, strict=True)
    )
