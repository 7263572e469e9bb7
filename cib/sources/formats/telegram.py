r"""Read Telegram: exports of Telegram Desktop (``result.json``), and messages of Telethon as JSON lines (also of 4CAT).

Peculiarities of the format, and how they are handled:

* Message ids are unique within a chat only: a post is ``chat/number``. The account is often a channel, not a person.
* In a Desktop export ``date`` is naive local time: the unix time beside it is read. Old exports have no unix time:
  then the zone must be given.
* In a Desktop export a forward states its origin, but not the message: forwards of one text from one origin count as
  forwards of one post. Telethon states the message, or at least the time the original was sent.
* Messages before layer 120 of the API state the origin of a forward without a peer: ``channel_id``, ``channel_post``.
* Mentions are names: they are resolved if a chat or sender of that name is in the data.
* Control characters are written as ``\xNN``, which is invalid JSON: repaired and counted when the file is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from cib.sources import clocks
from cib.sources.columns import stated_columns
from cib.sources.format import Format
from cib.sources.rows import Rows, chosen, digest, identity

__all__ = ["TELEGRAM"]

#: Keys of the chats in the export of a whole account.
_ALL_CHATS = {"chats", "left_chats"}


#: Keys that occur only in messages of Telethon.
_OF_TELETHON = {"peer_id", "to_id", "_chat", "fwd_from"}


def _fits(record: dict[str, Any]) -> bool:
    if isinstance(record.get("messages"), list) and "type" in record:
        return True
    if any(isinstance(record.get(name), dict) and "list" in record[name] for name in _ALL_CHATS):
        return True
    return "id" in record and "date" in record and not record.keys().isdisjoint(_OF_TELETHON)


def _read(record: dict[str, Any], rows: Rows) -> None:
    if "messages" in record:
        channel = "channel" in str(record["type"]) or "supergroup" in str(record["type"])
        chat = f"{'channel' if channel else 'chat'}{identity(record.get('id')) or record.get('name')}"
        rows.each(record["messages"], partial(_exported, chat=chat, rows=rows))
    elif not _ALL_CHATS.isdisjoint(record):
        for name in sorted(_ALL_CHATS & record.keys()):
            rows.each(record[name]["list"], partial(_read, rows=rows))
    else:
        _telethon(record, rows)


def _exported(message: dict[str, Any], chat: str, rows: Rows) -> None:
    """Read a message of a Desktop export."""
    if message.get("type") != "message":
        rows.drop(f"{message['type']} message")
        return
    text, parts = _text_and_parts(chosen(message.get("text_entities"), message.get("text")))
    sender = message.get("from_id")
    account = f"user{sender}" if isinstance(sender, int) else sender  # exports of 2020 contain a number
    origin, author = message.get("forwarded_from"), message.get("forwarded_from_id")
    answered = message.get("reply_to_message_id")
    if "forwarded_from" in message:
        action = "retweet"
        target = f"forward/{author or origin}/{digest(text)}" if text and (author or origin) else None
    else:
        action = "reply" if answered else "post"
        target = f"{message.get('reply_to_peer_id') or chat}/{identity(answered)}" if answered else None
    rows.post(
        account or chat,
        f"{chat}/{identity(message['id'])}",
        action,
        identity(chosen(message.get("date_unixtime"), message.get("date"))),
        target,
        author,
        text=text,
        urls=[chosen(part.get("href"), part["text"]) for part in parts if part["type"] in {"link", "text_link"}],
        hashtags=[part["text"].removeprefix("#") for part in parts if part["type"] == "hashtag"],
        mentions=[f"user{part['user_id']}" for part in parts if part["type"] == "mention_name" and "user_id" in part],
    )
    if account:
        rows.profile(account, name=message.get("from"), seen_at=message.get("date_unixtime"))


def _text_and_parts(text: Any) -> tuple[str, list[dict[str, Any]]]:
    pieces = [text] if isinstance(text, str) else text or []
    parts = [{"type": "plain", "text": piece} if isinstance(piece, str) else piece for piece in pieces]
    return "".join(part["text"] for part in parts), parts


def _telethon(message: dict[str, Any], rows: Rows) -> None:
    if message.get("_type", message.get("_")) == "MessageService" or message.get("action"):
        rows.drop("service message")
        return
    place = chosen(message.get("peer_id"), message.get("to_id"), message.get("_chat_peer"))
    chat = _peer(place) or _named(message.get("_chat"), "channel")
    sender = _peer(message.get("from_id")) or _sender(message, chat)
    forward, answer = message.get("fwd_from") or {}, message.get("reply_to") or {}
    answered = chosen(answer.get("reply_to_msg_id"), message.get("reply_to_msg_id"))
    text = message.get("message") or ""
    if forward:
        target, author = _origin(forward, text)
        action = "retweet"
    else:
        where = _peer(answer.get("reply_to_peer_id")) or chat
        target, author = (f"{where}/{identity(answered)}" if answered else None), None
        action = "reply" if answered else "post"
    page = (message.get("media") or {}).get("webpage") or {}
    marked = _marked(text, message.get("entities") or ())
    for called, number in ((message.get("_chat"), chat), (message.get("_sender"), sender)):
        rows.call(f"@{str((called or {}).get('username')).lower()}", number)
    rows.post(
        sender,
        f"{chat}/{identity(message['id'])}",
        action,
        _moment(message.get("date")),
        target,
        author,
        target_created_at=_moment(forward.get("date")),
        text=message.get("message"),
        urls=list(dict.fromkeys([*marked.get("Url", ()), *([page["url"]] if page.get("url") else [])])),
        hashtags=[word.removeprefix("#") for word in marked.get("Hashtag", ())],
        mentions=[f"user{identity(number)}" for number in marked.get("MentionName", ())],
        named=[word.lower() for word in marked.get("Mention", ())],
    )
    person = message.get("_sender") or {}
    if sender and person:
        rows.profile(sender, name=person.get("username"), seen_at=_moment(message.get("date")))


def _sender(message: dict[str, Any], chat: str | None) -> str | None:
    """Return the sender of a message that names none: the channel itself if it is a channel post."""
    person = message.get("_sender") or {}
    is_chat = message.get("post") or not person or f"channel{person.get('id')}" == chat
    return chat if is_chat else _named(person, "user")


def _origin(forward: dict[str, Any], text: str) -> tuple[str | None, str | None]:
    """Return the forwarded post, and its account."""
    account = _peer(chosen(forward.get("from_id"), forward.get("channel_id") and forward))
    number = identity(forward.get("channel_post"))
    if account and number:
        return f"{account}/{number}", account
    known = account or forward.get("from_name")
    return (f"forward/{known}/{_moment(forward.get('date'))}/{digest(text)}" if known else None), account


def _marked(text: str, entities: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return the entities of a text by kind (offsets in UTF-16); exports of 4CAT state the link instead of the kind."""
    found: dict[str, list[Any]] = {}
    wide = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        kind = (entity.get("_") or entity.get("_type") or "").removeprefix("MessageEntity")
        start, length = entity["offset"], entity["length"]
        word = wide[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
        if "url" in entity:
            found.setdefault("Url", []).append(entity["url"])
        elif "user_id" in entity:
            found.setdefault("MentionName", []).append(entity["user_id"])
        else:
            found.setdefault(kind, []).append(word)
    return found


def _peer(peer: Any) -> str | None:
    """Return `channel123`, `chat123` or `user123`, as in Desktop exports."""
    if not isinstance(peer, dict):
        return f"user{peer}" if isinstance(peer, int) else peer
    kinds = ((kind, identity(peer.get(f"{kind}_id"))) for kind in ("channel", "user", "chat"))
    return next((f"{kind}{number}" for kind, number in kinds if number), None)


def _named(person: dict[str, Any] | None, kind: str) -> str | None:
    if not person or person.get("id") is None:
        return None
    told = str(person.get("_type", person.get("_"))).lower()
    return f"{told if told in {'channel', 'chat', 'user'} else kind}{identity(person['id'])}"


def _moment(time: Any) -> str | None:
    """Convert seconds to text without a trailing '.0'; other times are unchanged."""
    return str(int(time)) if isinstance(time, int | float) else time


#: Format of Telegram.
TELEGRAM = Format(
    "telegram",
    match=stated_columns(
        account_id="from_id, else the chat",
        post_id="chat and id",
        action="forwarded_from / fwd_from, reply_to_*",
        created_at="date_unixtime, else date",
        target_post_id="fwd_from.from_id and channel_post, or origin and text of the forward, or reply_to_*",
        target_account_id="fwd_from.from_id or forwarded_from_id",
        target_created_at="fwd_from.date",
        text="text or message",
        urls="text_entities[] of type link, entities[] of Url and TextUrl, media.webpage.url",
        hashtags="text_entities[] of type hashtag, entities[] of Hashtag",
        mentions="text_entities[] of type mention_name, entities[] of MentionName",
    ),
    why="its records are messages of Telegram Desktop or Telethon",
    fits=_fits,
    read=_read,
    platform="telegram",
    refine=clocks.prefer_id,  # for posts of X in the same file
)
