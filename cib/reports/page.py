"""Report as a single HTML page that sends no requests and executes no text of accounts.

Text from the data is contained in three ways: Jinja escapes it; the data for the scripts are JSON without ``<``, ``>``
and ``&``, and the scripts insert text as text nodes; and the Content-Security-Policy of the page allows only its own
three scripts and its style, by hash, and no address. Invisible and bidirectional control characters are written as
code points, such as ``U+202E``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from jinja2 import TemplateError
from markupsafe import Markup

from cib.errors import InputError
from cib.reports.anonymity import hide_findings, hide_texts
from cib.reports.explorer_data import JOINED, explorer_data, explorer_details
from cib.reports.files import atomically
from cib.reports.limits import MEASURED
from cib.reports.permalinks import Permalinks, permalink, permalinks
from cib.reports.plain import uncollected, visible
from cib.reports.pseudonyms import Pseudonyms

__all__ = ["render", "write_page"]

#: Meaning of each verdict, in one sentence.
VERDICTS = {
    "candidate": "what the members did together, or that with what is known of them, is hard to explain by chance.",
    "coordinated": "the members acted together, but as fans, newsrooms or campaigners might.",
    "insufficient": "too little was shared, or nearly all of it on one object, to conclude anything.",
}

#: Account metadata facts in plain words.
FACTS = {
    "creation batch": "number made within twelve hours of a member (geometric mean)",
    "unearned attention": "followed by fewer than three accounts for each that acts on it",
    "few followers": "followed by fewer than eight accounts",
    "no followers": "followed by nobody",
    "default name": "bearing the name that the platform proposed",
    "one client": "acting through one and the same client",
}

#: Kinds of evidence, in plain words.
KINDS = {
    "copying": "Members post the same texts as other members.",
    "captured": "Members act on the same posts at nearly the same time, and hardly anybody else does.",
    "boosted": "More accounts act on the members than their followers explain.",
    "look": "The accounts look alike in a way that few others do; new users can look so, too.",
    "batch": "The accounts were created together; people also join in waves.",
    "days off": "They rest at weekends as people at work do, and other accounts do not.",
}

#: Recommended steps for reviewing a candidate.
STEPS = (
    "Read the posts of several pairs and objects of the network, not only the first.",
    "Go through what speaks against it, and what could not be tested; get the data that are missing if you can.",
    "Look whether it stays at other settings: cib.Detection.sensitivity, stability and compare.",
    "Look whether the accounts still exist and what they say of themselves; known outlets can be excluded.",
    "Ask somebody who knows the language and the topic, without telling the verdict.",
    "Write down what was found, what it does not mean, and the settings; pass on pseudonyms only.",
)

#: Benign explanations to consider first.
BENIGN = (
    "Share buttons: a site fills in the same text and link for everybody.",
    "Breaking news: one event, and everybody acts within minutes.",
    "Fans: a new song, a match, a streaming party.",
    "Newsrooms, parties and campaigns that post the same from several accounts of their own, openly.",
    "Schedulers and feeds: clients that post on the round minute.",
    "One owner with several accounts, as is often allowed.",
    "The collection itself: sampled by keyword or account, it shows more of one thing than there was.",
)

#: Headings of the table of networks and their types; the columns of roles are inserted between the two parts.
_COLUMNS = (("network", "text"), ("verdict", "text"), ("campaign", "text"), ("accounts", "number"))
_MORE_COLUMNS = (
    *(("coordination", "number"), ("times the same", "number"), ("by chance", "number"), ("from", "text")),
    ("to", "text"),
)


@uncollected()
def write_page(
    findings: Mapping[str, Any],
    path: Path,
    *,
    reveal_ids: bool,
    texts: bool = True,
    sensitivity: list[dict[str, Any]] | None = None,
) -> None:
    """Write the page of findings, with pseudonyms and without texts unless `reveal_ids`; see :func:`render`."""
    try:
        if not reveal_ids:
            found = hide_findings(findings, Pseudonyms())
        else:
            found = dict(findings) if texts else hide_texts(findings, Pseudonyms())
        html = render(found, pseudonymous=not reveal_ids, sensitivity=sensitivity)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, TemplateError) as error:
        raise InputError(
            "these are not findings that a page can be made of",
            where=str(path),
            got=f"{type(error).__name__}: {error}",
            remedy="If they were read from a file, save the detection again.",
        ) from error
    atomically(path, lambda target: target.write_text(html, encoding="utf-8"))


def render(findings: Mapping[str, Any], *, pseudonymous: bool, sensitivity: list[dict[str, Any]] | None = None) -> str:
    """Render the page.

    Parameters
    ----------
    findings : mapping
        From :func:`cib.reports.data.gather`, or anonymized by :func:`~cib.reports.anonymity.hide_findings`. Without
        ``said`` the page shows no texts.
    pseudonymous : bool
        Whether the findings are anonymized, which the page states.
    sensitivity : list of dict, optional
        Rows of the sensitivity table to show.

    Returns
    -------
    str
        HTML.
    """
    found = visible(findings)
    members = found["members"]
    shown = [network for network in found["networks"] if "timeline" in network]
    of_network: dict[str, list[dict[str, Any]]] = {network["network_id"]: [] for network in shown}
    for member in members:
        of_network[member["network_id"]].append(member)
    style = _asset("explorer.css") + _asset("report.css")
    scripts = [_asset("graph.min.js"), _asset("explorer.js"), _asset("report.js")]
    known = [] if pseudonymous else permalinks(found["imported"]["format"])
    roles = [role["name"] for role in found["roles"]]
    said = found.get("said", {"texts": [], "of_post": {}})
    return _template().render(  # type: ignore[no-any-return]
        **{**found, "layers": [(name, _meaning(**layer)) for name, layer in found["layers"].items()]},
        sensitivity=visible(sensitivity),
        pseudonymous=pseudonymous,
        shown=shown,
        members_of=of_network,
        cut=any(
            sum(member["joined"] != "boosted" for member in of_network[network["network_id"]]) < network["accounts"]
            for network in shown
        ),
        texts=bool(said["texts"]),
        said_in=lambda posts: _said(said, posts),
        account=_accounts({member["account"]: place for place, member in enumerate(members)}),
        post=_posts(known),
        by_verdict={name: [n for n in found["networks"] if n["verdict"] == name] for name in VERDICTS},
        verdicts=VERDICTS,
        joined=JOINED,
        facts=FACTS,
        benign=BENIGN,
        kinds=KINDS,
        steps=STEPS,
        measured=MEASURED,
        applied=_applied,
        columns=(*_COLUMNS, *((role.replace("_", " "), "number") for role in roles), *_MORE_COLUMNS),
        role_names=roles,
        own_roles=[role for role in roles if role not in ("highly_engaged", "amplifier")],
        days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        bin=_span(found["bins"]["hours"] * 3600),
        when=lambda k: _when(found["bins"], k),
        height=_height,
        spark_path=_spark_path,
        heat_path=_heat_path,
        strongest=lambda n: max(n["statistics"], key=lambda s: s["observed"] or 0),
        settings_text=json.dumps(found["settings"], indent=2, sort_keys=True, ensure_ascii=False),
        licences=_asset("LICENSES.txt"),
        policy={"style": _hash(style), "scripts": " ".join(map(_hash, scripts))},
        # trusted: files of the package, and JSON that cannot close its element
        style=Markup(style),  # noqa: S704
        scripts=[Markup(script) for script in scripts],  # noqa: S704
        data=Markup(_json(explorer_data(found, known))),  # noqa: S704
        details=[(name, packed(_json(told))) for name, told in explorer_details(found).items()],
    )


def _accounts(places: Mapping[str, int]) -> Callable[[str], Markup]:
    """Return the function that writes an account id as HTML: a button if the map shows the account."""

    @cache
    def account(name: str) -> Markup:
        return _BUTTON % (places[name], name) if name in places else _ID % name

    return account


def _posts(known: Permalinks) -> Callable[[str], Markup]:
    """Return the function that writes a post id as HTML: a link if its address is known."""

    @cache
    def post(name: str) -> Markup:
        address = permalink(name, known)
        return _LINK % (address, _ID % name) if address else _ID % name

    return post


#: The operator % escapes, and is faster than :meth:`str.format`.
_ID = Markup('<bdi class="id">%s</bdi>')
_BUTTON = Markup('<button class="account" data-place="%s"><bdi>%s</bdi></button>')
_LINK = Markup('<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>')


def _applied(network: Mapping[str, Any]) -> list[str]:
    """Return the kinds of evidence that support a network."""
    kinds = (each["kind"] for each in network["reasons"] if isinstance(each, dict) and each.get("speaks") == "for")
    return [kind for kind in dict.fromkeys(kinds) if kind in KINDS]


def _said(said: Mapping[str, Any], posts: list[str]) -> list[dict[str, Any]]:
    """Return the distinct texts of posts, each with the links and hashtags that it does not contain."""
    places = dict.fromkeys(said["of_post"][post] for post in posts if post in said["of_post"])
    return [{"text": said["texts"][place]["text"], "more": _more(**said["texts"][place])} for place in places]


def _more(text: str | None, urls: list[str] | None, hashtags: list[str] | None) -> list[tuple[str, str]]:
    told = [*(("id", url) for url in urls or []), *(("tag", f"#{tag}") for tag in hashtags or [])]
    return [(kind, each) for kind, each in told if each.lower() not in (text or "").lower()]


def _json(value: Any) -> str:
    """Serialize a value as JSON without characters that are special in HTML."""
    text = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def packed(text: str) -> str:
    """Compress a text with zlib and encode it in Base64: details are most of a page and shrink to about a tenth.

    >>> zlib.decompress(base64.b64decode(packed("told"))).decode()
    'told'
    """
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return (files("cib.reports") / "assets" / name).read_text(encoding="utf-8")


def _template() -> Any:
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"n": _count, "n0": _whole, "g": _number, "percent": _percent, "span": _span, "day": _day}
    return environment.from_string(_asset("report.html.j2"))


def _meaning(kind: str, window_s: float | None) -> str:
    """Describe the co-action of two accounts that an edge of a layer represents."""
    what = _KINDS.get(kind, f"acted on the same {kind}")
    return f"two accounts {what}{'' if window_s is None else f' within {_span(window_s)}'}."


_KINDS = {
    "post": "retweeted the same post",
    "author": "retweeted the same account, if not always the same post",
    "quoted": "quoted the same post",
    "replied": "replied to the same post",
    "mention": "mentioned the same account",
    "text": "posted the same text",
    "near-text": "posted nearly the same text",
    "reworded": "posted a text of much the same wording",
    "media": "posted the same picture or video",
    "meaning": "said the same in other words or another language",
    "hashtag-sequence": "posted the same hashtags in the same order",
    **{kind: f"posted the same {kind}" for kind in ("url", "domain", "hashtag")},
}


def _count(value: float | None) -> str:
    return "" if value is None else f"{value:,}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}" if value == 0 or value >= 0.01 else f"{value:.1%}"


def _span(seconds: float) -> str:
    """Format seconds in the largest unit without a fraction, such as ``'6 hours'``."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}{'s' if seconds > size else ''}"
    return f"{seconds:,g} s"


def _day(moment: str | None) -> str:
    day = moment and datetime.fromisoformat(moment)
    return f"{day.day} {day:%b %Y}" if day else ""


def _when(bins: Mapping[str, Any], place: int) -> str:
    start = datetime.fromisoformat(bins["first"]) + timedelta(hours=place * bins["hours"])
    return f"{start:%Y-%m-%d}" if bins["hours"] >= 24 else f"{start:%Y-%m-%d %H:%M}"


def _height(value: int, most: int) -> float:
    return round(max(40 * value / most, 0.5), 1)


def _spark_path(values: list[int]) -> str:
    """Return the SVG path of a bar for each value above 0."""
    most = max(values)
    return "".join(f"M{k} 40v-{_height(value, most)}h.85V40z" for k, value in enumerate(values) if value)


def _heat_path(counts: list[int], level: int) -> str:
    """Return the SVG path of the hours of the week whose count is in the `level`-th fifth of the maximum."""
    most = max(counts)
    hours = [hour for hour, count in enumerate(counts) if count and -(-5 * count // most) == level]
    return "".join(f"M{30 + hour % 24 * 12} {hour // 24 * 12}h11v11h-11z" for hour in hours)
