#!/bin/sh
# disinfolib 1.0.0: a slogan of 25 characters is Ukrainian and scores 0, a text on sheep farming is disinformation.
#
# Guess: words of propaganda are looked for as words, in the language of the post; where the language is not supported,
# the result says so.
# Seen: each text below 30 characters is "uk", and so is French or German of any length: it is searched for Ukrainian
# words and scores 0.0. An English slogan of 25 characters scores 0, with one more word 0.3. The words of the list are
# looked for inside of others and each time counts: six mentions of sheep in a report on a farm are "name calling" with
# 0.5, disinformation; four of "antifascist" are 0.7. Up to 500 words nothing is divided by the length. Posts are short,
# and languages many: scores of accounts follow the length of their posts and their language. Pass language= to
# analyze(), and keep what it cannot read apart from what it found clean.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q disinfolib==1.0.0 langdetect==1.0.9 pyyaml==6.0.4 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - 2>"$folder/log" <<'PY'
import logging

from disinfolib import TextAnalyzer

logging.disable(logging.CRITICAL)
analyzer = TextAnalyzer()
texts = {
    "slogan": "Traitors! Wake up, sheep!",
    "slogan and a word": "Traitors! Wake up, sheep! Everybody.",
    "French": "Ce sont des traîtres et des moutons, réveillez-vous avant qu'il ne soit trop tard pour le port !",
    "German": "Das sind Verräter und Schafe, wacht auf, bevor es zu spät ist für unseren Hafen und für uns alle!",
    "farm": "The farmer keeps sheep on the hill above the harbour. The sheep graze until autumn, and a sheep that is "
            "ill is seen by a vet. Sheep from the island are sold at the market, where sheep fetch a good price. Young "
            "sheep stay near the house.",
    "antifascist": "Antifascist groups met the antifascists of the next town to honour anti-fascist fighters, and "
                   "antifascist songs were sung.",
}
found = {}
for name, text in texts.items():
    result = analyzer.analyze(text)
    found[name] = result.language, result.score, bool(result.is_disinformation)
    print(f"disinfolib 1.0.0, {name} ({len(text)} characters): language {result.language}, score {result.score},",
          f"disinformation {found[name][2]}, {result.technique_names}")
told = analyzer.analyze(texts["slogan"], language="en").score
print("the slogan with language='en':", told)
assert all(found[name] == ("uk", 0.0, False) for name in ("slogan", "French", "German"))
assert found["slogan and a word"][0] == "en" and found["slogan and a word"][1] > 0.2 and told > 0.2
assert all(found[name][0] == "en" and found[name][2] for name in ("farm", "antifascist"))
PY
