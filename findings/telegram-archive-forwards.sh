#!/bin/sh
# telegram-download-chat 0.15.0: an archive of Telegram Desktop loses who was forwarded, what was linked, and the zone.
#
# Guess: its converter of archives keeps the source of a forward and the address under a word, as its own pages show
# both, and the moment, which "date_unixtime" states next to "date", the local time of the exporting computer.
# Seen: forwarded_from and forwarded_from_id are gone, so a forwarded text is the forwarder's own; of a link under a
# word the word is left; and the time is "date" without a zone. One message of one group, exported in Berlin and in New
# York, is six hours apart; in the hour that Berlin has twice in October two moments become one; and what the program
# downloads itself is in UTC. A channel that posts in a group is a user, "channel99". No forward is seen, links under
# words are no links, and archives of two members do not join. Read the export itself.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q telegram-download-chat==0.15.0 telethon==1.45.0 setuptools==80.9.0 tzdata==2026.6 \
    >/dev/null 2>&1
HOME="$folder" XDG_CONFIG_HOME="$folder" "$folder/venv/bin/python" -W ignore - 2>/dev/null <<'PY'
from contextlib import redirect_stdout
from datetime import datetime
from zoneinfo import ZoneInfo

from telegram_download_chat.core import TelegramChatDownloader

FIRST = 1792888200  # 2026-10-25 00:30 UTC
FORWARD = {"forwarded_from": "Harbour News", "forwarded_from_id": "channel99"}
LINK = ["Read ", {"type": "text_link", "text": "this", "href": "https://example.org/a1"}, " now"]


def make_message(number, zone, moment, sender, text, **more):
    date = datetime.fromtimestamp(moment, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")
    return {"id": number, "type": "message", "date": date, "date_unixtime": str(moment), "from": sender.title(),
            "from_id": sender, "text": text} | more


def convert(zone):
    messages = [make_message(1, zone, FIRST, "user11", LINK),
                make_message(2, zone, FIRST + 3600, "user12", "The pier is closed", **FORWARD),
                make_message(3, zone, FIRST + 7200, "channel99", "The pier is closed")]
    group = {"name": "Harbour", "type": "public_supergroup", "id": 111, "messages": messages}
    with redirect_stdout(None):  # it prints how to begin
        downloader = TelegramChatDownloader()
        return downloader.convert_archive_to_messages({"about": "", "chats": {"about": "", "list": [group]}})


berlin, york = convert("Europe/Berlin"), convert("America/New_York")
dates = [[message["date"] for message in each] for each in (berlin, york)]
senders = [message["from_id"] for message in berlin]
print("telegram-download-chat 0.15.0: keys", sorted(berlin[1]), "text", berlin[0]["message"], "senders", senders)
print("Berlin", dates[0], "New York", dates[1])
assert sorted(berlin[1]) == ["date", "from_id", "id", "message", "peer_id", "user_display_name"]
assert berlin[0]["message"] == "Read this now" and "example.org" not in repr(berlin)
assert not any(word in repr(berlin[1]) for word in ("Harbour News", "channel99", str(FIRST + 3600)))
assert senders[2] == {"_": "PeerUser", "user_id": "channel99"} and senders[1]["user_id"] == 12
assert dates[0] == ["2026-10-25T02:30:00", "2026-10-25T02:30:00", "2026-10-25T03:30:00"]
assert dates[1] == ["2026-10-24T20:30:00", "2026-10-24T21:30:00", "2026-10-24T22:30:00"]
PY
