#!/bin/sh
# advertools 0.18.0: #farmers, #Kerala and #Congress in Hindi are one hashtag of one letter; a TikTok link is a mention.
#
# Guess: extract_hashtags() and extract_mentions() find what X itself marks (twitter-text 3.1.0) in each script; signs
# inside of an address are part of the address.
# Seen: a hashtag ends at the first combining sign. Of three Hindi words, which twitter-text finds whole, "#" and the
# first letter are left, the same for all; so in Thai, Tamil and Bengali. Five posts with five different hashtags have
# two, which lead the table of the commonest. And @ and # count wherever they stand: links to a video on TikTok, a
# channel of YouTube, a post on Mastodon or Threads are mentions of that name, where twitter-text finds none. Who shares
# a video becomes somebody who talks to its author, and strangers of one language are a co-hashtag network. Take links
# out before, and hashtags as the platform marked them.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q advertools==0.18.0 >/dev/null 2>&1
npm install --silent --no-audit --no-fund twitter-text@3.1.0 >/dev/null 2>&1
cat > posts.json <<'JSON'
["#किसान today", "#केरल today", "#कांग्रेस today", "#เลือกตั้ง", "#เลือด",
 "watch https://www.tiktok.com/@harbour_tales/video/7300000000000000001", "https://www.youtube.com/@harbour_tales",
 "https://mastodon.social/@harbour_tales/110000000000000001", "https://www.threads.net/@harbour_tales/post/AbC",
 "#harbour with @ben"]
JSON
cat > mark.cjs <<'JS'
const { extractEntitiesWithIndices } = require("twitter-text");
const marked = require("./posts.json").map((post) => {
  const entities = extractEntitiesWithIndices(post);
  return [entities.filter((entity) => entity.hashtag).map((entity) => "#" + entity.hashtag),
    entities.filter((entity) => entity.screenName).map((entity) => "@" + entity.screenName)];
});
require("fs").writeFileSync("marked.json", JSON.stringify(marked));
JS
node mark.cjs
venv/bin/python -W ignore - <<'PY'
import json

import advertools

posts, marked = (json.load(open(name, encoding="utf-8")) for name in ("posts.json", "marked.json"))
hashtags, mentions = advertools.extract_hashtags(posts), advertools.extract_mentions(posts)
by_advertools = [list(found) for found in zip(hashtags["hashtags"], mentions["mentions"])]
for post, one, other in zip(posts, by_advertools, marked):
    print(f"{post}: advertools 0.18.0 {one}, twitter-text 3.1.0 {other}")
print(f"commonest: {hashtags['top_hashtags'][:2]}, {mentions['top_mentions'][:1]}")
assert hashtags["hashtags"][:5] == [["#क"]] * 3 + [["#เล"]] * 2
assert len({tag for tags, _ in marked[:5] for tag in tags}) == 5
assert mentions["mentions"][5:9] == [["@harbour_tales"]] * 4 and not any(names for _, names in marked[5:9])
assert by_advertools[9] == marked[9] == [["#harbour"], ["@ben"]]
PY
