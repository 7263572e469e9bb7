"""Permalinks: URLs of posts on their platforms, built from their ids."""

from __future__ import annotations

import re

from cib.sources.registry import known_formats

__all__ = ["Permalinks", "permalink", "permalinks"]

#: Platforms whose post URLs can be built from an id: regular expression of the id and URL template, both in JavaScript
#: syntax. Small servers are omitted, as their operators could see who opens a link.
_PLATFORMS = {
    "x": (r"(\d{1,20})", "https://x.com/i/status/$1"),
    "bluesky": (r"at://([\w.:-]+)/app\.bsky\.feed\.post/([\w.~-]+)", "https://bsky.app/profile/$1/post/$2"),
    "reddit": (r"t3_(\w+)", "https://www.reddit.com/comments/$1"),
}

#: Pairs of a regular expression of a whole id and a URL template.
Permalinks = list[list[str]]


def permalinks(format: str) -> Permalinks:
    r"""Return the rules that map the ids of a source to URLs.

    Parameters
    ----------
    format : str
        Format of an import report: its name, optionally followed by ``:`` and the reason for its choice. For data of
        several formats, the ids are prefixed by their platform.

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
    """Return the URL of a post, or None if no rule matches its id.

    Examples
    --------
    >>> permalink("at://did:plc:ab/app.bsky.feed.post/3k", permalinks("bluesky"))
    'https://bsky.app/profile/did:plc:ab/post/3k'
    """
    for pattern, made in known if post else ():
        if found := re.search(pattern, str(post), re.ASCII):
            return found.expand(made.replace("$", "\\"))
    return None
