"""Canonicalise URLs, without network access: shortened links are not resolved.

The rules are this module's own and few: the best library for this has a licence that is incompatible with ours
(ural, GPL-3.0), and the others know no tracking parameters or process one URL at a time.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

import polars as pl

__all__ = ["canonical_urls", "hosts"]

#: Tracking parameters of any site, by whole name or by prefix.
_TRACKING = (
    *("utm_[^=&]*", "at_[^=&]*", "hsa_[^=&]*", "mtm_[^=&]*", "ns_[^=&]*", "pk_[^=&]*", "fb_[^=&]*", "__[^=&]*"),
    *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "ttclid", "twclid", "yclid", "ysclid"),
    *("igsh", "igshid", "mibextid", "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc", "_hsmi", "vero_id"),
    *("ref_src", "ref_url", "cmpid", "ncid", "smid", "spm", "xtor", "amp", r"wt\.mc_id"),
)
_TRACKED = rf"(?i)(?:^|&)(?:{'|'.join(_TRACKING)})(?:=[^&]*)?(?:$|&)"

#: Sharing parameters of two sites whose names are too general to be removed on other sites.
_SHARED_ON = {"twitter.com": r"(?:^|&)(?:s|t|cxt)=[^&]*", "instagram.com": r"(?:^|&)(?:hl|img_index)=[^&]*"}

_PARTS = r"^(?<host>[^/?#]*)(?<path>[^?#]*)(?:\?(?<query>[^#]*))?(?<fragment>#.*)?$"
_VIDEO = r"^(?:youtube\.com/(?:watch\?(?:.*&)?v=|shorts/|live/|embed/|v/)|youtu\.be/)([\w-]{11})(?:\W|$)"
_NOT_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")


def canonical_urls(urls: pl.Series) -> pl.Series:
    """Canonicalise URLs, so that the same address always has the same form.

    Parameters
    ----------
    urls : polars.Series of str

    Returns
    -------
    polars.Series of str
        Without protocol, user, port, ``www.`` and similar prefixes, tracking parameters, fragment, index page
        and trailing slash; host in lower case, parameters sorted, percent-encoded UTF-8 decoded; a YouTube
        video in one form, and x.com as twitter.com. Null where nothing is left.

    Examples
    --------
    >>> canonical_urls(pl.Series(["https://www.Example.org/a/?utm_source=x&b=2&a=1#top"])).to_list()
    ['example.org/a?a=1&b=2']
    >>> canonical_urls(pl.Series(["https://youtu.be/AbCdEfGhIjK?t=9"])).to_list()
    ['youtube.com/watch?v=AbCdEfGhIjK']
    """
    path = pl.col("path").str.replace(r"(?i)/(?:index|default)\.(?:html?|php|aspx?)$", "/").str.strip_chars_end("/")
    fragment = pl.col("fragment").fill_null("")
    parts = _parts(urls).with_columns(path, query=_telling_parameters())
    whole = parts.select(
        url=pl.concat_str(
            "host",
            "path",
            pl.when(pl.col("query") != "").then(pl.lit("?") + pl.col("query")).otherwise(pl.lit("")),
            # only these fragments identify another page
            pl.when(fragment.str.contains(r"^#[!/].")).then(fragment).otherwise(pl.lit("")),
        )
    )
    video = pl.lit("youtube.com/watch?v=") + pl.col("url").str.extract(_VIDEO)
    stated = pl.when(pl.col("url") != "").then(pl.col("url"))
    return _letters_written_out(whole.select(pl.coalesce(video, stated).alias("url"))["url"])


def hosts(urls: pl.Series) -> pl.Series:
    """Return the host of each URL, without ``www.`` and similar prefixes; null where there is none.

    It is the full host: ``a.blogspot.com`` and ``b.blogspot.com`` are different hosts.

    >>> hosts(pl.Series(["https://m.example.org:443/a", "mailto:me", ""])).to_list()
    ['example.org', None, None]
    """
    host = pl.col("host")
    return _parts(urls).select(pl.when(host.str.contains(".", literal=True)).then(host))["host"]


def _parts(urls: pl.Series) -> pl.DataFrame:
    """Split URLs into the columns host, path, query and fragment."""
    bare = pl.col("url").str.strip_chars().str.replace(r"^(?:(?i:https?|ftp):)?//", "")
    parts = pl.DataFrame({"url": urls.cast(pl.String)}).select(bare.str.extract_groups(_PARTS)).unnest("url")
    host = pl.col("host").str.to_lowercase().str.replace(r"^.*@", "").str.replace(r"\.?(?::\d*)?$", "")
    host = host.str.replace(r"^(?:www\d?|m|mobile)\.([^.]+\.)", "$1")
    return parts.with_columns(host=host.replace({"x.com": "twitter.com", "music.youtube.com": "youtube.com"}))


def _telling_parameters() -> pl.Expr:
    """Remove the tracking parameters from the query and sort the others."""
    query = pl.col("query").fill_null("")
    for _ in range(2):  # a match takes the & that it shares with an adjacent parameter
        query = query.str.replace_all(_TRACKED, "&")
    for host, pattern in _SHARED_ON.items():
        query = pl.when(pl.col("host") == host).then(query.str.replace_all(pattern, "")).otherwise(query)
    return query.str.split("&").list.eval(pl.element().filter(pl.element() != "")).list.sort().list.join("&")


def _letters_written_out(urls: pl.Series) -> pl.Series:
    escaped = urls.str.contains(_NOT_ASCII.pattern).fill_null(value=False)
    if not escaped.any():
        return urls
    written = [_NOT_ASCII.sub(_letters, url) for url in urls.filter(escaped)]
    return urls.scatter(escaped.arg_true(), pl.Series(written))


def _letters(escapes: re.Match[str]) -> str:
    try:
        return unquote_to_bytes(escapes[0]).decode("utf-8")
    except UnicodeDecodeError:  # an older encoding, which cannot be determined
        return escapes[0].upper()
