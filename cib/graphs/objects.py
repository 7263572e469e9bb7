"""Kinds of object: what accounts act on and can share.

Each kind of object is one function from posts to a table of ``row`` (position in ``activity.posts``)
and ``object`` (text), and one entry in ``KINDS``. Its docstring says which uncoordinated accounts share such
objects; a null model or ``max_accounts`` must account for these. A function of the user takes the posts and
returns a frame of ``post_id`` and ``object``, for objects that are not in a column of the posts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.activity import Activity
from cib.content.text import Messages, hashtag, message, messages
from cib.content.urls import canonical_urls, hosts
from cib.engine import EngineActivity
from cib.errors import InputError, SettingsError, did_you_mean
from cib.extensions import find_extension

__all__ = [
    "OBJECTS",
    "Objects",
    "check_objects",
    "coded_events",
    "grouped_texts",
    "kind_of",
    "lazy_events",
    "object_events",
]

#: A kind by name, or a function from posts to a frame of ``post_id`` and ``object``.
Objects = str | Callable[[nw.DataFrame[Any]], Any]

#: Least length of a sequence of hashtags; shorter ones are too often equal by chance (Luceri et al. 2024).
MIN_SEQUENCE = 5


def object_events(activity: Activity, objects: Objects, *, self_actions: bool = False) -> pl.DataFrame:
    """List the objects that each post acts on.

    Parameters
    ----------
    activity : Activity
    objects : str or callable
        One of

        - ``'post'``, ``'author'``: the retweeted post, or its account;
        - ``'quoted'``, ``'replied'``: the post quoted or replied to;
        - ``'mention'``: an account named in a post;
        - ``'url'``, ``'domain'``: a link in canonical form (:func:`cib.content.urls.canonical_urls`), or its host;
        - ``'hashtag'``, ``'hashtag-sequence'``: a hashtag, or the sequence of five or more hashtags of one post;
        - ``'text'``: text, ignoring case, invisible characters, URLs and leading mentions
          (:func:`cib.content.text.message`);
        - ``'near-text'``: nearly equal text (:func:`cib.content.near_duplicates.near_duplicates`);
          needs ``pip install 'cib-detect[text]'``;
        - ``'reworded'``: text of which a quarter of the pairs of successive words is equal
          (:func:`cib.content.reworded.reworded`);
        - ``'meaning'``: text of similar meaning, in any of 15 languages (:func:`cib.content.embeddings.like_meanings`);
          needs ``pip install 'cib-detect[semantic]'``; for an encoder or vectors of your own see
          :func:`cib.content.embeddings.meaning_objects`;
        - ``'media'``: a picture or video, by its key or its perceptual hash
          (:func:`cib.content.media.near_media`); for files see :func:`cib.content.media.media_objects`;

        or a function of the posts that returns a frame of ``post_id`` and ``object``, or the name of one (see
        :mod:`cib.extensions`). Retweets have objects of the first two kinds only, because they repeat the content
        of another account.
    self_actions : bool
        Whether actions on one's own posts count.

    Returns
    -------
    polars.DataFrame
        Columns ``row`` (uint32) and ``object`` (str).

    Raises
    ------
    SettingsError
        If the name is unknown.
    InputError
        If the posts lack the column, or a function does not return such a frame.
    MissingDependencyError
        If a kind needs a library that is not installed.
    """
    objects = check_objects(objects)
    if callable(objects):
        return _of_function(activity, objects)
    return lazy_events(activity, objects, self_actions=self_actions).collect()


def lazy_events(activity: Activity, objects: str, *, self_actions: bool = False) -> pl.LazyFrame:
    """Return :func:`object_events` of a kind given by name as a lazy frame."""
    check_objects(objects)
    kind = KINDS[objects]
    _require(activity, objects, kind.column)
    if activity.posts_table[kind.column].null_count() == len(activity):
        return pl.LazyFrame(schema={"row": pl.UInt32, "object": pl.String})
    if objects == "text":
        said = messages(activity)
        return pl.LazyFrame({"row": said.row, "object": said.distinct.gather(said.code)})
    posts = activity.posts_table.lazy().with_row_index("row")
    if not kind.column.startswith("target_"):
        posts = posts.filter(pl.col("action") != "retweet")
    elif not self_actions:
        posts = posts.filter(pl.col("target_account_id").ne_missing(pl.col("account_id")))
    return kind.events(posts).select("row", "object").filter(pl.col("object") != "")


def coded_events(
    activity: Activity, objects: Objects, *, self_actions: bool = False
) -> tuple[NDArray[np.uint32], NDArray[np.int32], pl.Series] | None:
    """Return the events of kinds whose objects already have codes: rows of posts, codes, and the sorted objects.

    Returns None for other kinds.
    """
    if objects in ("text", "reworded") and absent_column(activity, objects) is None:
        said = messages(activity)
        if objects == "text":
            return said.row, said.code, said.distinct
        from cib.content.reworded import reworded_codes  # numba takes half a second to import

        return grouped_texts(said, reworded_codes(said.distinct))
    if objects == "author":
        target = activity.target_codes
        acts = (activity.posts_table["action"] == "retweet") & target.is_not_null()
        if not self_actions:
            acts &= target != activity.account_codes
        row, code = acts.arg_true().to_numpy(), target.filter(acts).to_numpy()
        used = np.bincount(code, minlength=len(activity.account_ids)) > 0
        return row, (np.cumsum(used, dtype=np.int32) - 1)[code], activity.account_ids.filter(pl.Series(used))
    return None


def grouped_texts(said: Messages, first: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int32], pl.Series]:
    """Return :func:`coded_events` on groups of texts, from the position of the first text of the group of each."""
    used = first == np.arange(len(first))
    code = (np.cumsum(used, dtype=np.int32) - 1)[first]
    return said.row, code[said.code], said.distinct.filter(pl.Series(used))


def check_objects(objects: Any) -> Objects:
    """Return a known name or a function; load the function if it is the name of an extension.

    Raises
    ------
    SettingsError
        If it is neither a kind of object, nor a function, nor the name of one (see :mod:`cib.extensions`).
    """
    known = callable(objects) or (isinstance(objects, str) and objects in KINDS)
    found: Objects | None = objects if known else find_extension("cib.objects", str(objects))
    if found is None or not (known or callable(found)):
        raise SettingsError(
            f"objects={objects!r} is no kind of object",
            remedy=did_you_mean(str(objects), OBJECTS)
            or f"Take one of {', '.join(OBJECTS)}, or a function of the posts.",
        )
    return found


def absent_column(activity: Activity | EngineActivity, objects: Objects) -> str | None:
    """Return the column of posts that a kind of object needs and the activity lacks, or None."""
    if callable(objects) or objects not in KINDS:
        return None
    column = KINDS[objects].column
    there = activity.posts_table.columns if isinstance(activity, Activity) else activity.posts.collect_schema().names()
    return None if column in there else column


def kind_of(objects: str | Callable[..., Any]) -> str:
    """Return the name of a kind of object, or of the function that makes it."""
    return objects if isinstance(objects, str) else getattr(objects, "__name__", "function")


def _retweeted(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select retweeted posts; also shared by fans of the author, and by all users if the post is viral."""
    return _acted_on(posts, "retweet", "target_post_id")


def _authors(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select retweeted accounts; also shared by fans, readers and supporters who follow the same accounts."""
    return _acted_on(posts, "retweet", "target_account_id")


def _quoted(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select quoted posts; also shared by all users who comment on the news of the day, for and against."""
    return _acted_on(posts, "quote", "target_post_id")


def _replied(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select posts replied to; also shared by friends in one conversation and by many users under one post."""
    return _acted_on(posts, "reply", "target_post_id")


def _mentions(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select mentioned accounts; also shared by customers of one company and voters of one politician."""
    return _listed(posts, "mentions")


def _urls(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select links; also shared by readers of one newspaper and users of one share button."""
    return _once_each(_listed(posts, "urls"), canonical_urls)


def _domains(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select hosts of links; large ones are shared by nearly all users, so only rare ones are informative."""
    return _once_each(_listed(posts, "urls"), hosts)


def _hashtags(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select hashtags; also shared by audiences of a match or a show, by campaigns and by followers of a trend."""
    return _listed(posts, "hashtags").with_columns(object=hashtag(pl.col("object")))


def _hashtag_sequences(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select sequences of hashtags of one post; also shared if an app, a contest or an event prescribes them."""
    tags = _hashtags(posts).filter(pl.col("object") != "").group_by("row", maintain_order=True).agg("object")
    long = tags.filter(pl.col("object").list.len() >= MIN_SEQUENCE)
    # hashtags do not contain the hash sign, so different sequences give different texts
    return long.with_columns(object=pl.lit("#") + pl.col("object").list.join(" #"))


def _texts(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select texts; also shared by users of share buttons and petitions, and as slogans, greetings or quotations."""
    return posts.select("row", object=message(pl.col("text")))


def _near_texts(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select nearly equal texts; also shared as equal texts, and as templates: weather, prices, games."""
    # needs an optional library, and numba
    from cib.content.near_duplicates import near_duplicates

    return _once_each(_texts(posts), near_duplicates)


def _reworded(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select texts of similar wording; also shared by users of templates, petitions and forms."""
    # needs numba, which takes half a second to import
    from cib.content.reworded import reworded

    return _once_each(_texts(posts), reworded)


def _meanings(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select texts of similar meaning; also shared by all users who report, quote or translate the same news."""
    # needs an optional library
    from cib.content.embeddings import meanings

    texts = posts.select("row", pl.col("^lang$"), object=message(pl.col("text")))
    return meanings(texts.collect()).lazy()


def _media(posts: pl.LazyFrame) -> pl.LazyFrame:
    """Select pictures and videos; also shared by all users who post a meme, a trailer or the photo of the day."""
    from cib.content.media import near_media

    return _once_each(_listed(posts, "media"), near_media)


class Kind(NamedTuple):
    """The column of posts that a kind is made from, and its function."""

    column: str
    events: Callable[[pl.LazyFrame], pl.LazyFrame]
    together: bool = False  #: whether the object of a post depends on other posts, too


KINDS = {
    "post": Kind("target_post_id", _retweeted),
    "author": Kind("target_account_id", _authors),
    "quoted": Kind("target_post_id", _quoted),
    "replied": Kind("target_post_id", _replied),
    "mention": Kind("mentions", _mentions),
    "url": Kind("urls", _urls),
    "domain": Kind("urls", _domains),
    "hashtag": Kind("hashtags", _hashtags),
    "hashtag-sequence": Kind("hashtags", _hashtag_sequences),
    "text": Kind("text", _texts),
    "near-text": Kind("text", _near_texts, together=True),
    "reworded": Kind("text", _reworded, together=True),
    "meaning": Kind("text", _meanings, together=True),
    "media": Kind("media", _media, together=True),
}

#: Kinds that ``objects=`` takes by name.
OBJECTS = tuple(KINDS)


def _acted_on(posts: pl.LazyFrame, action: str, column: str) -> pl.LazyFrame:
    return posts.filter(pl.col("action") == action).select("row", object=column)


def _listed(posts: pl.LazyFrame, column: str) -> pl.LazyFrame:
    return posts.filter(pl.col(column).list.len() > 0).select("row", object=column).explode("object")


def _once_each(events: pl.LazyFrame, key: Callable[[pl.Series], pl.Series]) -> pl.LazyFrame:
    """Replace objects by their keys, computed once for each distinct object."""
    table = events.collect()
    distinct = table["object"].drop_nulls().unique().sort()
    distinct = distinct.filter(distinct != "")
    keys = pl.DataFrame({"object": distinct, "key": key(distinct)}, schema_overrides={"key": pl.String})
    return table.lazy().join(keys.lazy(), on="object", how="inner", maintain_order="left").select("row", object="key")


def _require(activity: Activity, objects: str, column: str) -> None:
    if column not in activity.posts_table.columns:
        raise InputError(
            f"objects={objects!r} needs the column {column!r}, which these posts lack",
            got=f"columns {', '.join(activity.posts_table.columns)}",
            remedy=f"Map it when reading: cib.read(..., columns={{{column!r}: 'their name'}}).",
        )


def _of_function(activity: Activity, function: Callable[[nw.DataFrame[Any]], Any]) -> pl.DataFrame:
    name = getattr(function, "__name__", repr(function))
    returned = function(nw.from_native(activity.posts_table, eager_only=True))
    try:
        frame: pl.DataFrame = nw.from_native(returned, eager_only=True, pass_through=False).to_polars()
        pairs = frame.select(pl.col("post_id").cast(pl.String), pl.col("object").cast(pl.String))
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"objects function {name!r} must return a frame of 'post_id' and 'object'",
            got=type(returned).__name__,
            remedy="Select both from the posts that it is given.",
        ) from error
    rows = activity.posts_table.select("post_id").with_row_index("row")
    return pairs.drop_nulls().unique().join(rows, on="post_id").select("row", "object")
