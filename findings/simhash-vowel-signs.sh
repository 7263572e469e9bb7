#!/bin/sh
# simhash 2.1.2 drops the vowel signs of Hindi, Thai and other scripts, so that different words have one fingerprint.
#
# Guess: two short posts that differ in one letter are some bits apart, in every script.
# Seen: "give alms" and "give, poor one" in Hindi, "eat" and "prevent" in Thai differ in one vowel sign and are 0 bits
# apart; one letter in English makes 10 and more. The default pattern of Simhash(text) keeps what \w matches, and
# combining marks are not among that. Posts of emoji alone are all alike, too. A near-duplicate network in such a
# language connects accounts that wrote different words. With a list of tokens instead of the text the marks count.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q simhash==2.1.2 numpy==2.4.6 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
from simhash import Simhash

posts = {
    "Hindi": ("आज दान करो", "आज दीन करो"),
    "Thai": ("กินข้าว", "กันข้าว"),
    "emoji": ("🔥🔥🔥", "🎉"),
    "English": ("give alms today", "give arms today"),
}
bits = {script: Simhash(one).distance(Simhash(two)) for script, (one, two) in posts.items()}
listed = Simhash(list(posts["Hindi"][0])).distance(Simhash(list(posts["Hindi"][1])))
print(f"simhash 2.1.2: bits that differ {bits}; Hindi as a list of characters {listed}")
assert bits["Hindi"] == bits["Thai"] == bits["emoji"] == 0 and bits["English"] > 5 and listed > 0
PY
