"""What else might explain a network: the harmless reasons for acting together, each with a figure.

None of these figures decides anything. They say where to look before anybody draws a conclusion: share
buttons, schedulers, one event, a public campaign, newsrooms and other accounts with an audience.
"""

from __future__ import annotations

import polars as pl

from cib.activity import Activity
from cib.graphs.objects import object_events
from cib.networks.network import Network

__all__ = ["explanations", "repeated_texts"]

#: Followers from which an account is one that the public knows.
_AUDIENCE = 5_000

#: Schedulers post at the full minute, most often at one of these steps of minutes.
_STEP = 5

_SCHEMA = {
    "explanation": pl.String,
    "measure": pl.String,
    "members": pl.Float64,
    "others": pl.Float64,
}


def explanations(activity: Activity, network: Network, texts: pl.DataFrame | None = None) -> pl.DataFrame:
    """Measure what innocent reasons would leave behind, among members and among everybody else.

    Parameters
    ----------
    activity : Activity
        In which the network was found.
    network : Network
    texts : polars.DataFrame, optional
        From :func:`repeated_texts`, so that several networks can share it.

    Returns
    -------
    polars.DataFrame
        ``explanation, measure, members, others``: what might explain the network, of what a share was
        taken, and the share among members and among others; null where the data do not tell. An explanation
        gains where members stand out.
    """
    ids = network.members["account_id"].implode()
    posts = activity.posts_table.with_columns(inside=pl.col("account_id").is_in(ids))
    known = activity.accounts_table.with_columns(inside=pl.col("account_id").is_in(ids))
    texts = _with_sides(repeated_texts(activity) if texts is None else texts, posts["inside"])
    rows = [
        ("one event", "common acts that are on one object", network.statistics["top_share"].min(), None),
        ("one event", "acts on the busiest day", *_of_both(posts, "created_at", _BUSIEST_DAY)),
        ("a share button", "own posts with the text of another account", *_of_both(texts, "text", _REPEATED)),
        ("a public template", "own posts with a text of both sides", *_of_both(texts, "text", _PUBLIC)),
        ("a scheduler", f"acts at second 0 of every {_STEP}th minute", *_of_both(posts, "created_at", _ON_TIME)),
        ("a tool in common", "acts by the client that is used most", *_of_both(posts, "client", _CLIENT)),
        ("public accounts", f"accounts with {_AUDIENCE:,} followers or more", *_of_both(known, "followers", _KNOWN)),
        ("public accounts", "accounts that are verified or disclosed", None, None),
        ("friends, colleagues", "pairs that follow each other", None, None),
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


_BUSIEST_DAY = pl.col("created_at").dt.date().value_counts().struct.field("count").max() / pl.len()
_ON_TIME = ((pl.col("created_at").dt.minute() % _STEP == 0) & (pl.col("created_at").dt.second() == 0)).mean()
_CLIENT = pl.col("client").value_counts().struct.field("count").max() / pl.len()
_KNOWN = (pl.col("followers") >= _AUDIENCE).mean()
_REPEATED = (pl.col("accounts") > 1).mean()
_PUBLIC = (pl.col("sides") > 1).mean()


def _of_both(table: pl.DataFrame, column: str, share: pl.Expr) -> tuple[float | None, float | None]:
    """A share among members, and among others; None without the column or without rows."""
    if column not in table.columns:
        return None, None
    sides = dict(table.drop_nulls(column).group_by("inside").agg(share=share).iter_rows())
    return sides.get(True), sides.get(False)


def repeated_texts(activity: Activity) -> pl.DataFrame:
    """Own posts: ``row`` (position in the posts), ``text``, and how many ``accounts`` posted the text."""
    if "text" not in activity.posts_table.columns:
        return pl.DataFrame(schema={"row": pl.UInt32, "text": pl.String, "accounts": pl.UInt32})
    events = object_events(activity, "text").rename({"object": "text"})
    posted = events.with_columns(account=activity.account_codes.gather(events["row"]))
    return posted.select("row", "text", accounts=pl.col("account").n_unique().over("text"))


def _with_sides(texts: pl.DataFrame, inside: pl.Series) -> pl.DataFrame:
    """Own posts: ``text, accounts, inside``, and on how many ``sides`` the text was posted."""
    posted = texts.with_columns(inside=inside.gather(texts["row"]))
    return posted.with_columns(sides=pl.col("inside").n_unique().over("text"))
