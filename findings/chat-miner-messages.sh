#!/bin/sh
# chat-miner 0.6.0 drops Instagram messages that say "in the poll." and takes half-bold words of Telegram apart.
#
# Guess: each message with a text comes out of an export once, with its own text and time.
# Seen: of five Instagram messages two come out. Those that contain "in the poll.", "to your message" or "liked a
# message" ANYWHERE are taken for notices of the app: a campaign that asks everybody to vote in the poll is gone, as is
# each message that quotes such words; the Messenger reader of the same library gives all five. Telegram writes a text
# with links, hashtags or bold letters as a list of pieces; they are joined by spaces, so that of two equal texts the
# one with formatting becomes "un believ able, see  https://a.example/1 .  #vote !" and no copy of the other. And a
# WhatsApp export with dates as 2026-05-04 that has no day above 12 is read year-DAY-month (a warning speaks of day
# first): the first days of May become January, April and September. Read the JSON, and the dates as ISO, oneself.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q chat-miner==0.6.0 pandas==3.1.1 polars==2.1.0 pyarrow==26.0.1 python-dateutil==4.0.0 \
    >/dev/null 2>&1
venv/bin/python -W ignore - 2>log <<'PY'
import json

from chatminer.chatparsers import FacebookMessengerParser, InstagramJsonParser, TelegramJsonParser, WhatsAppParser


def read(parser, name):
    parser = parser(name)
    parser.parse_file()
    return parser.parsed_messages.get_df(as_pandas=True).sort_values("timestamp")


texts = ["Vote in the poll. Now!", "hello", "I replied to your message", "share this", "she liked a message of mine"]
messages = [{"sender_name": f"user{number}", "timestamp_ms": 1777636800000 + 1000 * number, "content": text}
            for number, text in enumerate(texts)]
with open("message_1.json", "w") as file:
    json.dump({"participants": [], "messages": messages}, file)
instagram, messenger = (list(read(parser, "message_1.json").message)
                        for parser in (InstagramJsonParser, FacebookMessengerParser))
text = "unbelievable, see https://a.example/1. #vote!"
pieces = ["un", {"type": "bold", "text": "believ"}, "able, see ", {"type": "link", "text": "https://a.example/1"}, ". ",
          {"type": "hashtag", "text": "#vote"}, "!"]
assert "".join(piece if isinstance(piece, str) else piece["text"] for piece in pieces) == text
chat = [{"id": number, "type": "message", "date_unixtime": str(1777636800 + number), "from": f"user{number}",
         "from_id": f"user{number}", "text": written} for number, written in enumerate([text, pieces])]
with open("result.json", "w") as file:
    json.dump({"name": "Harbour", "type": "public_supergroup", "id": 1, "messages": chat}, file)
telegram = list(read(TelegramJsonParser, "result.json").message)
dates = {}
for last in (9, 14):
    with open("chat.txt", "w") as file:
        file.writelines(f"2026-05-{day:02d}, 10:00 - Ann: post {day}\n" for day in (1, 4, last))
    dates[last] = [str(time.date()) for time in read(WhatsAppParser, "chat.txt").timestamp]
print(f"chat-miner 0.6.0: Instagram {instagram}, Messenger {len(messenger)} messages; Telegram {telegram}")
print(f"WhatsApp, days 1, 4 and 9 of May: {dates[9]}, days 1, 4 and 14: {dates[14]}")
assert instagram == ["hello", "share this"] and messenger == texts
assert telegram == [text, "un believ able, see  https://a.example/1 .  #vote !"]
assert dates[9] == ["2026-01-05", "2026-04-05", "2026-09-05"]
assert dates[14] == ["2026-05-01", "2026-05-04", "2026-05-14"]
PY
