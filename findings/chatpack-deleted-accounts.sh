#!/bin/sh
# chatpack 0.1.0: messages of deleted accounts are not in what it reads of a Telegram export, and forwards look written.
#
# Guess: each message with a text comes out once, with its sender and time; a forward can be told from a post.
# Seen: Telegram writes "from": null for an account that was deleted (its from_id stays). These messages are left out
# without a word: of six accounts that sent one text, three deleted since, three are seen, so what was taken down looks
# smaller the later it is exported. Senders are names without ids: two accounts called Ann are one. Forwards have lost
# their source and are texts of the forwarder; ids of messages, and links behind words, are gone. The streaming reader
# finds no message at all in the same JSON without line breaks. Read from_id, forwarded_from_id and text_entities of
# result.json itself.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q chatpack==0.1.0 >/dev/null 2>&1
cd "$folder"
venv/bin/python - <<'PY'
import json

import chatpack

senders = [("Ann", "user1"), ("Ann", "user2"), ("Ben", "user3"), (None, "user4"), (None, "user5"), (None, "user6")]


def make_message(number, name, account, text, **more):
    sent = {"date": f"2026-05-01T14:00:0{number}", "date_unixtime": str(1777636800 + number)}
    said = {"text": text, "text_entities": [{"type": "plain", "text": text}]}
    return {"id": number, "type": "message", "from": name, "from_id": account, **sent, **said, **more}


messages = [make_message(number, *sender, "vote on Sunday") for number, sender in enumerate(senders, start=1)]
source = {"forwarded_from": "News", "forwarded_from_id": "channel9"}
messages.append(make_message(7, "Cem", "user7", "the harbour is open", **source))
chat = {"name": "Harbour", "type": "public_supergroup", "id": 1, "messages": messages}
for name, indent in (("result.json", 1), ("compact.json", None)):
    with open(name, "w") as file:
        json.dump(chat, file, indent=indent)
read = [message.to_dict() for message in chatpack.parse_telegram("result.json", merge=False)]
streamed = {name: len(list(chatpack.TelegramStreamParser(name))) for name in ("result.json", "compact.json")}
print("chatpack 0.1.0:", [(message["sender"], message["content"]) for message in read], "fields", sorted(read[0]))
print("messages in the file", len(messages), "streamed", streamed)
assert [message["sender"] for message in read] == ["Ann", "Ann", "Ben", "Cem"]
assert set(read[0]) == {"content", "platform", "sender", "timestamp"} and "News" not in str(read)
assert streamed == {"result.json": 4, "compact.json": 0}
PY
