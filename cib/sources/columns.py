"""Match the column names of a source to canonical names.

A source may call the account ``user_id``, ``author_id`` or ``userid``; the canonical name is ``account_id``. Columns
that the user does not map are matched by name with the tables below. Every mapping, matched or given, is listed in
``ImportReport.columns``; if two columns match one canonical name, an error asks which one is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cib.activity import ACCOUNT_COLUMNS, ACTIONS, POST_COLUMNS
from cib.domains import MAPPING, check_fields
from cib.errors import InputError, SettingsError, did_you_mean
from cib.notebook import html_rows

__all__ = ["MENTION", "NEEDED", "SHARE_NAMES", "SYNONYMS", "Columns", "columns_of", "match_columns", "stated_columns"]

#: Columns that every table of posts must have.
NEEDED = ("account_id", "created_at")

#: Column names of a share table (CooRTweet) to canonical names.
SHARE_NAMES = {
    "object_id": "target_post_id",
    "account_id": "account_id",
    "content_id": "post_id",
    "timestamp_share": "created_at",
}

#: Action of edge lists that is converted to a post that mentions its target.
MENTION = "mention"

#: Platforms' words for actions, in lower case and with ``_`` between words.
SYNONYMS: dict[str, str] = {
    **dict.fromkeys(("post", "tweet", "original", "status"), "post"),
    **dict.fromkeys(("retweet", "retweeted", "rt", "repost", "reposted", "boost", "boosted"), "retweet"),
    **dict.fromkeys(("reblog", "reblogged", "forward", "forwarded"), "retweet"),
    **dict.fromkeys(("reply", "replied", "replied_to", "comment", "commented"), "reply"),
    **dict.fromkeys(("quote", "quoted", "quote_tweet"), "quote"),
    **dict.fromkeys(("mention", "mentioned"), MENTION),
}

_ACCOUNT = ("user_id", "userid", "author_id", "id_account", "id_user")

#: Other names of the canonical columns, in lower case and with ``_`` between words.
_ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "posts": {
        "account_id": _ACCOUNT,
        "post_id": ("content_id", "tweet_id", "tweetid", "message_id", "status_id", "id"),
        "action": ("action_type",),
        "created_at": ("timestamp_share", "timestamp", "tweet_time", "time", "datetime", "date"),
        "target_post_id": ("object_id", "repost_id", "retweet_id", "retweet_tweetid", "retweeted_id"),
        "target_account_id": ("target_user_id", "retweet_userid", "retweeted_user_id"),
        "text": ("tweet", "tweet_text", "message_text", "full_text", "message", "body", "content"),
        "lang": ("language", "tweet_language"),
        "client": ("tweet_client_name",),
        "hashtags": ("tags",),
        "mentions": ("user_mentions",),
    },
    "accounts": {
        "account_id": (*_ACCOUNT, "id"),
        "name": ("user_screen_name", "screen_name", "username"),
        "created_at": ("account_creation_date", "account_created_at"),
        "followers": ("followers_count", "follower_count"),
        "following": ("following_count", "friends_count"),
        "posts": ("statuses_count", "tweet_count", "posts_count"),
        "description": ("user_profile_description", "bio"),
    },
}
#: Columns that describe an account, and names that occur in tables of posts only.
_PROFILE = ("name", "followers", "following", "posts", "description")
_DOING = re.compile(
    r"text|tweet_?id|post_?id|status_?id|message|content|body|action|retweet|quote|reply|object|hashtag"
)
_COUNTS = re.compile(r"count|_n$|^n_|number|metrics|pinned|status_created|default|banner|background")
#: Words in the names of columns that may be a needed one, of the likeliest, and of those about other posts or accounts.
_WORDS = {"account_id": "user|author|account|screen|handle", "created_at": "date|time|creat|publish"}
_BEST = {"account_id": "id$", "created_at": "tweet|post"}
_OF_OTHERS = "target|retweet|repost|reply|replied|quote|mention|original|parent|follow|count$|count_"
_SCHEMAS: dict[str, Iterable[str]] = {"posts": POST_COLUMNS, "accounts": ACCOUNT_COLUMNS}


@dataclass(frozen=True)
class Columns:
    """Map the column names and action words of a source to canonical ones.

    Parameters
    ----------
    posts : mapping of str to str or None
        Canonical column (or that of a share table) to the source's column; None leaves a column unread. Columns that
        are not listed are matched by name.
    actions : mapping of str to str or None
        The source's word for an action to post, retweet, quote, reply or mention; None drops the rows of that action.
        Words that are not listed are looked up in :data:`SYNONYMS`.
    accounts : mapping of str to str or None
        Like `posts`, for the accounts table.

    Raises
    ------
    SettingsError
        If a canonical name is unknown.

    Examples
    --------
    >>> stars = Columns({"target_post_id": "repository"}, actions={"star": "retweet", "follow": None})
    >>> stars.posts["target_post_id"]
    'repository'
    """

    posts: Mapping[str, str | None] = field(default_factory=dict)
    actions: Mapping[str, str | None] = field(default_factory=dict)
    accounts: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_fields(self, posts=MAPPING, actions=MAPPING, accounts=MAPPING)
        _check_names("posts", self.posts)
        _check_names("accounts", self.accounts)
        for word, action in self.actions.items():
            if action is not None and action not in (*ACTIONS, MENTION):
                raise SettingsError(
                    f"{action!r} is no action",
                    where=f"columns: actions[{word!r}]",
                    remedy=f"Take one of {', '.join((*ACTIONS, MENTION))}, or None to leave such rows out.",
                )

    def _repr_html_(self) -> str:
        return html_rows({"posts": self.posts, "actions": self.actions, "accounts": self.accounts})

    def of(self, table: str) -> dict[str, str | None]:
        """Return the mapping of one table, 'posts' or 'accounts', with canonical names as keys."""
        if table == "accounts":
            return dict(self.accounts)
        return {SHARE_NAMES.get(ours, ours): theirs for ours, theirs in self.posts.items()}


def columns_of(columns: Mapping[str, str | None] | Columns | None) -> Columns:
    """Convert a plain mapping of the columns of posts to a :class:`Columns`."""
    return columns if isinstance(columns, Columns) else Columns(columns or {})


def match_columns(
    names: Sequence[str],
    given: Mapping[str, str | None],
    *,
    table: str = "posts",
    required: Iterable[str] = ("account_id",),
    where: str,
) -> dict[str, str]:
    """Match the columns of a source to canonical columns.

    Parameters
    ----------
    names : sequence of str
        Columns of the source.
    given : mapping of str to str or None
        Canonical column to the source's column as given by the user; None leaves it unread.
    table : {'posts', 'accounts'}
    required : iterable of str
        Canonical columns that must be found.
    where : str
        Name of the source, for messages.

    Returns
    -------
    dict of str to str
        Canonical column to the source's column, in canonical order.

    Raises
    ------
    InputError
        If a column is missing, or several columns match.

    Examples
    --------
    >>> match_columns(["userid", "Tweet Time", "colour"], {}, where="posts.csv")
    {'account_id': 'userid', 'created_at': 'Tweet Time'}
    """
    if table == "posts" and not given and is_accounts_table(names):
        raise InputError(
            "this is a table of accounts, not of what they did",
            where=where,
            got=f"columns {', '.join(names[:20])}",
            remedy="Read the posts, and pass this as accounts=.",
        )
    found = {}
    for ours in _SCHEMAS[table]:
        theirs = _stated(ours, given[ours], names, where) if ours in given else _guess(ours, table, names, given, where)
        if theirs is not None:
            found[ours] = theirs
    for ours in required:
        if ours not in found:
            raise _missing(ours, names, where)
    return found


def is_accounts_table(names: Iterable[str]) -> bool:
    """Return whether a table describes accounts: several columns of a profile, and none of a post.

    Examples
    --------
    >>> is_accounts_table(["userid", "user_screen_name", "follower_count", "following_count"])
    True
    >>> is_accounts_table(["user_id", "tweet_id", "text", "followers_count", "following_count"])
    False
    """
    ends = {_normal(name): {_normal(name), *_ends(_normal(name))} for name in names}
    said = {ours for ours in _PROFILE for end in ends.values() if end & {ours, *_ALIASES["accounts"].get(ours, ())}}
    doings = [name for name in ends if _DOING.search(name) and not _COUNTS.search(name)]
    return len(said) >= 2 and bool(said & {"followers", "following", "posts"}) and not doings


def _ends(name: str) -> list[str]:
    """Return the suffixes of a nested name: 'public_metrics_followers_count' also ends in 'followers_count'."""
    words = name.split("_")
    return ["_".join(words[k:]) for k in range(1, len(words))]


def stated_columns(**columns: str) -> Callable[[Sequence[str], Columns, str], dict[str, str]]:
    """Return the `match` function of a format with fixed column names: canonical column to the source's."""

    def match(_: Sequence[str], given: Columns, where: str) -> dict[str, str]:
        if given.posts or given.actions:
            raise SettingsError(
                "this format is read by its own names",
                where=f"{where}: columns",
                remedy="Leave columns= away, or read it as another table with format='canonical'.",
            )
        return columns

    return match


def _stated(ours: str, theirs: str | None, names: Sequence[str], where: str) -> str | None:
    if theirs is None or theirs in names:
        return theirs
    raise InputError(
        f"the column {theirs!r}, named for {ours!r}, is missing",
        where=where,
        got=f"columns {', '.join(names)}",
        remedy=did_you_mean(theirs, names) or f"Name one of them: columns={{{ours!r}: ...}}.",
    )


def _guess(ours: str, table: str, names: Sequence[str], given: Mapping[str, str | None], where: str) -> str | None:
    free = {name: _normal(name) for name in names if name not in given.values()}
    if ours in free:
        return ours
    known = (ours, *_ALIASES[table].get(ours, ()))
    near = [name for name, normal in free.items() if normal in known]
    if len(near) > 1:
        raise InputError(
            f"{' and '.join(map(repr, near))} could all be {ours!r}",
            where=where,
            remedy=f"Say which: columns={{{ours!r}: {near[0]!r}}}.",
        )
    return near[0] if near else None


def _normal(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_").replace(".", "_")


def _missing(ours: str, names: Sequence[str], where: str) -> InputError:
    hint = _by_word(ours, names) or did_you_mean(ours, names)
    return InputError(
        f"the column {ours!r} is missing",
        where=where,
        got=f"columns {', '.join(filter(None, names))}",
        remedy=f"Map it: columns={{{ours!r}: 'their name'}}. {hint}".strip(),
    )


def _by_word(ours: str, names: Sequence[str]) -> str:
    """Suggest a column for a needed one by words in its name, the likeliest and shortest first."""
    if ours not in _WORDS:
        return ""
    other = re.compile("|".join([_OF_OTHERS, *(words for needed, words in _WORDS.items() if needed != ours)]))
    fits = [name for name in names if re.search(_WORDS[ours], _normal(name)) and not other.search(_normal(name))]
    best = min(fits, key=lambda name: (not re.search(_BEST[ours], _normal(name)), len(name)), default=None)
    return f"Did you mean {best!r}?" if best else ""


def _check_names(table: str, mapping: Mapping[str, str | None]) -> None:
    known = [*_SCHEMAS[table], *SHARE_NAMES] if table == "posts" else list(_SCHEMAS[table])
    for name in mapping:
        if name not in known:
            hint = did_you_mean(name, known) or f"Take some of {', '.join(known)}."
            if table == "posts" and name in ACCOUNT_COLUMNS:
                hint = f"It belongs to the accounts: Columns(accounts={{{name!r}: ...}})."
            raise SettingsError(f"{name!r} is no column of {table}", where="columns", remedy=hint)
