#!/bin/sh
# A link that Chinese follows without a space: @atproto/api, linkify-it-py and ural take the words as part of the link.
#
# Guess: the makers of link finders know that Chinese, Thai and Hindi have no space there, as twitter-text 3.1.0 does.
# Seen: of seven such posts twitter-text names the one page seven times. @atproto/api 0.19.19 (which marks the links of
# Bluesky posts), linkify-it-py 2.2.0 and ural 1.6.2 (minet) give seven addresses, one for each wording, and of
# "link, link" with a Chinese comma ONE address where there are two. After a word without a space Bluesky's finds no
# link at all. A co-link network has no edge among those who put the same page before their own words, and the words
# are gone from what is compared as text. Cut links at the first character that is not ASCII before counting.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q linkify-it-py==2.2.0 ural==1.6.2 >/dev/null 2>&1
npm install --silent --no-audit --no-fund twitter-text@3.1.0 @atproto/api@0.19.19 >/dev/null 2>&1
cat > posts.json <<'JSON'
["https://example.org/a1\u770b\u9019\u88e1", "https://example.org/a1\u3002\u4e0b", "https://example.org/a1\u3001\u770b",
 "https://example.org/a1\u3011", "https://example.org/a1\u0e01\u0e23\u0e38\u0e07", "https://example.org/a1\u092a\u0922\u094b",
 "https://example.org/a1\uff0c\u8f49\u767c", "https://example.org/a1\u3001https://example.org/b2",
 "\u770bhttps://example.org/a1"]
JSON
cat > links.cjs <<'JS'
const { extractUrls } = require("twitter-text"), { RichText } = require("@atproto/api");
const find = (text) => {
  const rich = new RichText({ text });
  rich.detectFacetsWithoutResolution();
  return (rich.facets || []).flatMap((facet) => facet.features).filter((each) => each.uri).map((each) => each.uri);
};
const posts = require("./posts.json");
console.log(JSON.stringify({ "twitter-text": posts.map((text) => extractUrls(text)), "@atproto/api": posts.map(find) }));
JS
node links.cjs > links.json
venv/bin/python - <<'PY'
import json

from linkify_it import LinkifyIt
from ural import urls_from_text

posts, found = json.load(open("posts.json")), json.load(open("links.json"))
found["linkify-it-py"] = [[match.url for match in LinkifyIt().match(text) or []] for text in posts]
found["ural"] = [list(urls_from_text(text)) for text in posts]
for name, links in found.items():
    pages = {link for each in links[:7] for link in each}
    print(f"{name}: {len(pages)} pages in seven posts, {len(links[7])} of two links, {len(links[8])} of one after a word")
    assert len(pages) == (1 if name == "twitter-text" else 7)
    assert len(links[7]) == (2 if name == "twitter-text" else 1)
assert not found["@atproto/api"][8]
PY
