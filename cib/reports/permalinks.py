"""Addresses of posts on their platforms, made of their ids."""

from __future__ import annotations

import re

from cib.sources.registry import known_formats

__all__ = ["Permalinks", "permalink", "permalinks"]

#: Platforms whose addresses of posts can be made of an id: a pattern of the id, and the address, as JavaScript writes
#: both. Addresses of small servers are absent: whoever runs one sees who opens it.
_PLATFORMS = {
    "x": (r"(\d{1,20})", "https://x.com/i/status/$1"),
    "bluesky": (r"at://([\w.:-]+)/app\.bsky\.feed\.post/([\w.~-]+)", "https://bsky.app/profile/$1/post/$2"),
    "reddit": (r"t3_(\w+)", "https://www.reddit.com/comments/$1"),
}

#: Patterns of whole ids, and the address of each.
Permalinks = list[list[str]]


def permalinks(format: str) -> Permalinks:
    r"""How addresses are made of the ids of a source.

    Parameters
    ----------
    format : str
        Of an import report: its name, then why it was chosen. Ids of several formats carry their platform.

    Examples
    --------
    >>> permalinks("x-v2: tweets")
    [['^(\\d{1,20})$', 'https://x.com/i/status/$1']]
    >>> permalinks("canonical")
    []
    """
    name = format.partition(":")[0].strip()
    known = known_formats()
    if name in known:
        platform = known[name].platform
        return [[f"^{pattern}$", made] for each, (pattern, made) in _PLATFORMS.items() if each == platform]
    return [[f"^{each}:{pattern}$", made] for each, (pattern, made) in _PLATFORMS.items()]


def permalink(post: str | None, known: Permalinks) -> str | None:
    """The address of a post, if its platform has one.

    Examples
    --------
    >>> permalink("at://did:plc:ab/app.bsky.feed.post/3k", permalinks("bluesky"))
    'https://bsky.app/profile/did:plc:ab/post/3k'
    """
    for pattern, made in known if post else ():
        if found := re.search(pattern, str(post), re.ASCII):
            return found.expand(made.replace("$", "\\"))
    return None
