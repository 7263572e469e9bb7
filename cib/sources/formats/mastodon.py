"""Mastodon (and its forks): statuses of the API, a line each, or a list.

What it hides, and how it is mended here:

* Ids are local to the server that was asked. A post is its ``uri``, an account is ``name@server``, everywhere.
* ``content`` is HTML: the marks are taken out.
* Whom a reply answers stands there by a local id only: it is found if the reply mentions that account, or answers its
  own; the post that it answers stays unknown.
* A boost is a status with the whole original inside.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlsplit

from cib.sources import clocks
from cib.sources.cleaning import Format
from cib.sources.columns import stated_columns
from cib.sources.rows import Rows, chosen

__all__ = ["MASTODON"]

_TAG = re.compile(r"<[^<>]*>")


def _fits(record: dict[str, Any]) -> bool:
    account = record.get("account")
    return isinstance(account, dict) and "acct" in account and "uri" in record and "content" in record


def _read(status: dict[str, Any], rows: Rows) -> None:
    account, original = status["account"], status.get("reblog") or {}
    quote = status.get("quote") or {}
    quoted = quote.get("quoted_status") or {}
    name = _name(account)
    said = original or status
    mentions = said.get("mentions") or ()
    if original:
        action, target, author = "retweet", original, _name(original["account"])
    elif quote:  # that of a post which is gone, hidden or not yet agreed to names none
        action, target, author = "quote", quoted, _name(quoted["account"]) if quoted else None
    else:
        answered = status.get("in_reply_to_account_id")
        known = {account["id"]: name, **{mention["id"]: _name(mention) for mention in mentions}}
        action, target, author = "reply" if answered else "post", {}, known.get(answered)
    rows.post(
        name,
        status["uri"],
        action,
        status.get("created_at"),
        target.get("uri"),
        author,
        target_created_at=target.get("created_at"),
        text=_plain(said.get("content") or ""),
        lang=said.get("language"),
        client=(status.get("application") or {}).get("name"),
        urls=[card["url"] for card in (said.get("card"),) if card],
        hashtags=[tag["name"] for tag in said.get("tags") or ()],
        mentions=[_name(mention) for mention in mentions],
    )
    for person in (account, target.get("account")):
        if person:
            _put_profile(person, rows, status.get("created_at"))


def _name(account: dict[str, Any]) -> str | None:
    """`name@server`, also where the server asked leaves its own name out; None if nothing tells the server."""
    name: str = account["acct"]
    server = urlsplit(chosen(account.get("url"), account.get("uri")) or "").hostname
    return name if "@" in name else f"{name}@{server}" if server else None


def _plain(content: str) -> str:
    ended = content.replace("</p><p>", "\n\n").replace("<br>", "\n").replace("<br />", "\n").replace("<br/>", "\n")
    return html.unescape(_TAG.sub("", ended))


def _put_profile(account: dict[str, Any], rows: Rows, seen_at: str | None) -> None:
    rows.profile(
        _name(account),
        name=account.get("display_name"),
        created_at=account.get("created_at"),
        followers=account.get("followers_count"),
        following=account.get("following_count"),
        posts=account.get("statuses_count"),
        description=_plain(account.get("note") or "") or None,
        seen_at=seen_at,
    )


#: How statuses of Mastodon are read.
MASTODON = Format(
    "mastodon",
    match=stated_columns(
        account_id="account.acct@server",
        post_id="uri",
        action="reblog, quote, in_reply_to_account_id",
        created_at="created_at",
        target_post_id="reblog.uri or quote.quoted_status.uri",
        target_account_id="account of the original, or the mentioned account that is answered",
        target_created_at="created_at of the original",
        text="content without HTML",
        lang="language",
        client="application.name",
        urls="card.url",
        hashtags="tags[].name",
        mentions="mentions[].acct",
    ),
    why="its records are statuses of the Mastodon API",
    fits=_fits,
    read=_read,
    platform="mastodon",
    refine=clocks.prefer_id,  # for posts of X in the same file
)
