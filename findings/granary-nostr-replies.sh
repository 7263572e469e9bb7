#!/bin/sh
# granary 11.0: a Nostr note answers its LAST "e" tag, be it a mention; posts that become notes are all of this second.
#
# Guess: inReplyTo is the event that is marked "reply" (NIP-10; "root" if there is none) and never one that is marked
# "mention"; a post of Bluesky keeps its time when it becomes a note.
# Seen: markers are not read, the last tag wins. With root and reply in this order the parent comes out, in the other
# order the author of the thread, and with a mention at the end the note that is only named; a note that answers nothing
# and names another is an answer to it. The quote tag ("q") is dropped. The other way, "created_at" is the time of the
# conversion: five posts of five years become notes of one second, and the id is computed from it, so that the same
# post, converted again, is another note. Networks of replies turn towards who is named, and all who are bridged in one
# run act together. Read the markers and "published" before converting.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q granary==11.0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import time

from granary import bluesky, nostr

names = {letter * 64: name for letter, name in zip("abc", ("root", "parent", "named"))}
events = {name: key for key, name in names.items()}


def find_answered(*marked):
    tags = [["e", events[name], "wss://relay.example", marker] for name, marker in marked]
    note = {"kind": 1, "id": "1" * 64, "pubkey": "d" * 64, "created_at": 1_700_000_000, "content": "yes", "tags": tags}
    answered = nostr.to_as1(note).get("inReplyTo")
    answered = answered[0] if isinstance(answered, list) else answered
    answered = answered["id"] if isinstance(answered, dict) else answered
    return names[answered.removeprefix("nostr:")]


found = {
    "root, reply": find_answered(("root", "root"), ("parent", "reply")),
    "reply, root": find_answered(("parent", "reply"), ("root", "root")),
    "root, reply, mention": find_answered(("root", "root"), ("parent", "reply"), ("named", "mention")),
    "mention": find_answered(("named", "mention")),
}


def convert():
    posts = [{"$type": "app.bsky.feed.post", "text": f"Post of {year}", "createdAt": f"{year}-03-01T12:00:00Z"}
             for year in range(2020, 2025)]
    return [nostr.from_as1(bluesky.to_as1(post, uri=f"at://did:plc:ann/app.bsky.feed.post/{number}",
                                          repo_did="did:plc:ann")) for number, post in enumerate(posts)]


start = time.time()
first = convert()
time.sleep(2)
second = convert()
years = sorted({time.gmtime(note["created_at"]).tm_year for note in first})
same_ids = {note["id"] for note in first} & {note["id"] for note in second}
print(f"granary 11.0: the note answers, by its tags, {found}; posts of 2020 to 2024 become notes of {years},"
      f" {len(same_ids)} of 5 ids are the same two seconds later")
assert found == {"root, reply": "parent", "reply, root": "root", "root, reply, mention": "named", "mention": "named"}
assert all(note["created_at"] >= int(start) for note in first) and not same_ids
PY
