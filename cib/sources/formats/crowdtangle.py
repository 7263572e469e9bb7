"""Read CrowdTangle (closed in 2024): posts of pages and groups on Facebook, and of accounts on Instagram.

Peculiarities of the format, and how they are handled:

* Times are in New York time, marked EST or EDT: they are converted to UTC.
* ``Link`` may be a page of Facebook that shows the post itself; ``Final Link`` is the target of a short link.
* Shared content is identified by its link only: there are no retweets.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cib.sources.columns import stated_columns
from cib.sources.deciding import stated_text
from cib.sources.format import Format

__all__ = ["CROWDTANGLE"]

_ACCOUNT = ("Facebook Id", "Page Id", "User Name", "Page Name", "Group Name", "Account")
_NAME = ("Page Name", "Group Name", "Account", "User Name")
_TEXT = ("Message", "Description")
_LINKS = ("Final Link", "Link")
_FOLLOWERS = ("Followers at Posting", "Likes at Posting", "Members at Posting")
_OFFSETS = {" EST": "-05:00", " EDT": "-04:00", " UTC": "+00:00"}


def _tells(names: Sequence[str]) -> bool:
    return {"Post Created", "URL"} <= set(names) and not set(names).isdisjoint(_ACCOUNT)


def _first(columns: Sequence[str], raw: pl.DataFrame) -> pl.Expr:
    return pl.coalesce(stated_text(name, raw) for name in columns)


def _translate(raw: pl.DataFrame, _: str) -> pl.DataFrame:
    link = _first(_LINKS, raw)
    own = link.str.contains(r"^https?://(?:www\.|m\.)?(?:facebook|instagram)\.com/")
    return raw.select(
        account_id=_first(_ACCOUNT, raw),
        post_id="URL",
        action=pl.lit("post"),
        created_at=_time("Post Created"),
        text=_first(_TEXT, raw),
        urls=pl.concat_list(pl.when(~own).then(link)).list.drop_nulls(),
    )


def _time(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.replace_many(list(_OFFSETS), list(_OFFSETS.values()))


def _accounts(raw: pl.DataFrame) -> pl.DataFrame:
    return raw.select(
        account_id=_first(_ACCOUNT, raw),
        name=_first(_NAME, raw),
        followers=_first(_FOLLOWERS, raw).str.replace_all(",", ""),
        seen_at=_time("Post Created"),
    )


#: Format of the tables of CrowdTangle.
CROWDTANGLE = Format(
    "crowdtangle",
    match=stated_columns(
        account_id="Facebook Id, User Name or Page Name",
        post_id="URL",
        action="every row is a post",
        created_at="Post Created",
        text="Message or Description",
        urls="Final Link or Link",
    ),
    why="it has the columns Post Created and URL of CrowdTangle",
    tells=_tells,
    platform="facebook",
    also=("URL", "Post Created", *_ACCOUNT, *_NAME, *_TEXT, *_LINKS, *_FOLLOWERS),
    translate=_translate,
    accounts=_accounts,
)
