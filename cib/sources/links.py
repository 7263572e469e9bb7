r"""Extract the links of posts, without links to a post's own media."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

__all__ = ["PICTURE", "SHOWN", "html_links", "plain_text", "post_link", "post_links"]

#: Address of a picture or video of a post, which stands for the post.
SHOWN = r"(/status(?:es)?/\d+)/(?:photo|video)/\d+/?$"

#: Address of the post's own pictures as written by X.
PICTURE = r"^(?:https?://)?pic\.(?:twitter|x)\.com/"

_TAG = re.compile(r"<[^<>]*>")
_ANCHOR = re.compile(r"<a\s([^<>]*)>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_NO_LINK = re.compile(r"""\b(?:class|rel)\s*=\s*["'][^"']*\b(?:mention|hashtag|tag)\b""", re.IGNORECASE)


def post_link(link: str | None) -> str | None:
    """Normalise a link of a post of X; return None if it only shows the post's own pictures.

    Examples
    --------
    >>> post_link("https://x.com/ann/status/7/photo/1"), post_link("pic.twitter.com/AbC")
    ('https://x.com/ann/status/7', None)
    """
    return None if link is None or re.match(PICTURE, link) else re.sub(SHOWN, r"\1", link)


def post_links(links: Iterable[str | None]) -> list[str]:
    """Return the distinct links of a post."""
    return list(dict.fromkeys(link for link in map(post_link, links) if link))


def html_links(content: str) -> list[str]:
    """Return the targets of the links in HTML text, without those of hashtags and mentions.

    Examples
    --------
    >>> html_links('<a href="https://a.org/?x&amp;y">a</a> <a class="u-url mention" href="https://b.org/@b">@b</a>')
    ['https://a.org/?x&y']
    """
    found = []
    for attributes in _ANCHOR.findall(content):
        href = _HREF.search(attributes)
        if href and not _NO_LINK.search(attributes):
            found.append(html.unescape(href[1] or href[2] or ""))
    return list(dict.fromkeys(filter(None, found)))


def plain_text(content: str) -> str:
    r"""Convert HTML to plain text; paragraph and line breaks become line ends.

    Examples
    --------
    >>> plain_text("<p>one<br/>two &amp; three</p>")
    'one\ntwo & three'
    """
    ended = content.replace("</p><p>", "\n\n").replace("<br>", "\n").replace("<br />", "\n").replace("<br/>", "\n")
    return html.unescape(_TAG.sub("", ended))
