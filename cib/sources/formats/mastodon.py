"""Read Mastodon (and its forks): statuses of the API, one per line, or a list.

Peculiarities of the format, and how they are handled:

* Ids are local to the queried server. The post id is its ``uri``, the account id is ``name@server``.
* ``content`` is HTML: tags are removed, and links are kept, except those of hashtags and mentions.
* The post and account that a reply answers are local ids: both are resolved if other records contain them.
* Truth Social and others embed the whole status that is quoted or answered (``in_reply_to``).
* A boost is a status that contains the whole original.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.links import html_links, plain_text
from cib.sources.rows import Rows, chosen, identity

__all__ = ["MASTODON"]


def _fits(record: dict[str, Any]) -> bool:
    account = record.get("account")
    return isinstance(account, dict) and "acct" in account and _address(record) is not None and "content" in record


def _read(status: dict[str, Any], rows: Rows) -> None:
    account, original = status["account"], status.get("reblog") or {}
    quote = status.get("quote") or {}
    quoted = quote.get("quoted_status") or (quote if "account" in quote else {})
    for known in (status, original, quoted, status.get("in_reply_to")):
        _know(known, rows)
    name = _name(account)
    said = original or status
    mentions = said.get("mentions") or ()
    if original:
        action, target, author = "retweet", original, _name(original["account"])
    elif quote or status.get("quote_id"):  # quotes of deleted, hidden or unapproved posts name no target
        action, target, author = "quote", quoted, _name(quoted["account"]) if quoted else None
    else:
        target, author = {}, None
        action = "reply" if chosen(status.get("in_reply_to_account_id"), status.get("in_reply_to_id")) else "post"
    is_reply = action == "reply"
    content = said.get("content") or ""
    rows.post(
        name,
        _address(status),
        action,
        status.get("created_at"),
        _address(target),
        author,
        target_created_at=target.get("created_at"),
        text=plain_text(content),
        lang=said.get("language"),
        client=(status.get("application") or {}).get("name"),
        urls=_links(said, content),
        hashtags=[tag["name"] for tag in said.get("tags") or ()],
        mentions=[_name(mention) for mention in mentions],
        target_local_id=identity(status.get("in_reply_to_id")) if is_reply else None,
        account_local_id=identity(status.get("in_reply_to_account_id")) if is_reply else None,
    )
    for person in (account, target.get("account")):
        if person:
            _put_profile(person, rows, status.get("created_at"))


def _address(status: dict[str, Any]) -> str | None:
    address: str | None = chosen(status.get("uri"), status.get("url"))
    return address


def _links(status: dict[str, Any], content: str) -> list[str]:
    """Return the links in the text, and that of the preview card."""
    told = {page.get("url") for page in [*(status.get("tags") or ()), *(status.get("mentions") or ())]}
    card = (status.get("card") or {}).get("url")
    return list(dict.fromkeys([link for link in html_links(content) if link not in told] + ([card] if card else [])))


def _know(status: dict[str, Any] | None, rows: Rows) -> None:
    """Add the local ids of a status and its accounts on the queried server."""
    if status:
        name = _name(status["account"])
        rows.know(_address(status), identity(status.get("id")), name, status.get("created_at"))
        rows.call(identity(status["account"].get("id")), name)
        for mention in status.get("mentions") or ():
            rows.call(identity(mention.get("id")), _name(mention))


def _name(account: dict[str, Any]) -> str | None:
    """Return `name@server`, also if the queried server omits its own name; None if the server is unknown."""
    name: str = account["acct"]
    server = urlsplit(chosen(account.get("url"), account.get("uri")) or "").hostname
    return name if "@" in name else f"{name}@{server}" if server else None


def _put_profile(account: dict[str, Any], rows: Rows, seen_at: str | None) -> None:
    rows.profile(
        _name(account),
        name=account.get("display_name"),
        created_at=account.get("created_at"),
        followers=account.get("followers_count"),
        following=account.get("following_count"),
        posts=account.get("statuses_count"),
        description=plain_text(account.get("note") or "") or None,
        seen_at=seen_at,
    )


#: Format of statuses of Mastodon.
MASTODON = Format(
    "mastodon",
    match=stated_columns(
        account_id="account.acct@server",
        post_id="uri",
        action="reblog, quote, in_reply_to_account_id",
        created_at="created_at",
        target_post_id="reblog.uri, quote.quoted_status.uri or uri of the status in_reply_to_id",
        target_account_id="account of the original, or that of in_reply_to_account_id",
        target_created_at="created_at of the original",
        text="content without HTML",
        lang="language",
        client="application.name",
        urls="links in content, card.url",
        hashtags="tags[].name",
        mentions="mentions[].acct",
    ),
    why="its records are statuses of the Mastodon API",
    fits=_fits,
    read=_read,
    platform="mastodon",
    refine=clocks.prefer_id,  # for posts of X in the same file
)
