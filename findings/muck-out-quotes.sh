#!/bin/sh
# muck-out 0.3.16 (normaliser of ActivityPub) drops the quote of a Mastodon 4.5 post and runs its link into the text.
#
# Guess: the normalised Note keeps what the post quotes, as it keeps what it answers; contentPlain has words and links.
# Seen: "quote", "quoteUri" and "_misskey_quote" are gone; quotes written as a link tag (FEP-e232) stay, which is not
# what Mastodon sends. What is left is the fallback line "RE: https://n.example/@ben/5" of the text, and in contentPlain
# tags go without a space: the address is https://n.example/@ben/5look, for each quoter another one. Nobody is seen to
# quote the post, and no two share its link. A picture without words raises ValueError; inside a Create nothing does,
# and the post is reduced to its address. Take the quote from the raw record, links from content.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q muck-out==0.3.16 bovine==0.5.19 nh3==0.3.2 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import re

from muck_out.process import normalize_activity, normalize_object

POST, PUBLIC = "https://n.example/users/ben/statuses/5", "https://www.w3.org/ns/activitystreams#Public"
base = {"type": "Note", "to": [PUBLIC], "published": "2026-05-01T12:00:00Z"}


def make_quote(who, words):
    line = '<p class="quote-inline">RE: <a href="https://n.example/@ben/5">https://n.example/@ben/5</a></p>'
    about = {"id": f"https://m.example/users/{who}/statuses/1", "attributedTo": f"https://m.example/users/{who}"}
    return base | about | {"content": f"{line}<p>{words}</p>", "quote": POST, "quoteUri": POST, "_misskey_quote": POST}


quotes = [normalize_object(make_quote(who, words)) for who, words in (("ann", "look at this"), ("cem", "never mind"))]
links = [re.findall(r"https?://\S+", quote.content_plain)[0] for quote in quotes]
kept = [POST in str(quote.model_dump(by_alias=True)) for quote in quotes]
answer = normalize_object(make_quote("ann", "yes") | {"inReplyTo": POST})
picture = make_quote("ann", "") | {"content": "", "attachment": [{"type": "Image", "url": "https://m.example/a.png"}]}
try:
    alone = normalize_object(picture).id
except ValueError as error:
    alone = error
create = {"type": "Create", "id": "https://m.example/1", "actor": "https://m.example/users/ann", "to": [PUBLIC]}
inside = normalize_activity(create | {"object": picture}).object
print(f"muck-out 0.3.16: quoted post kept {kept}, links in contentPlain {links}")
print(f"a picture: {alone}; inside a Create: {inside}")
assert kept == [False, False] and answer.in_reply_to == POST
assert links == ["https://n.example/@ben/5look", "https://n.example/@ben/5never"]
assert isinstance(alone, ValueError) and inside == picture["id"]
PY
