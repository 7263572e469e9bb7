#!/bin/sh
# One text has other hashtags on Bluesky (@atproto/api 0.19.19) than on X (twitter-text 3.1.0).
#
# Guess: the makers' own libraries find the same tags; if they differ, then in scripts of Asia and in combining letters.
# Seen: full-width signs, Thai, Hindi and accents agree. A Chinese comma does not end a tag on Bluesky, so two hashtags
# are one there; nor do a hyphen, a point, a slash or an apostrophe; a tag in brackets is none; #a#b is a tag there
# and none on X. A campaign that posts one text on both has no hashtag in common with itself, and co-hashtag counts of
# two platforms differ for the same behaviour. Take tags from the text with one rule before comparing platforms.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund twitter-text@3.1.0 @atproto/api@0.19.19 >/dev/null 2>&1
cat > tags.cjs <<'JS'
const assert = require("assert");
const { RichText } = require("@atproto/api");
const twitter = require("twitter-text");

const bluesky = (text) => {
  const post = new RichText({ text });
  post.detectFacetsWithoutResolution();
  return (post.facets ?? []).flatMap((facet) => facet.features.map((feature) => feature.tag)).filter(Boolean);
};
const same = ["＃東京 開く", "#ตลาดเปิด วันนี้", "#विरोध आज", "#café, #harbour!"];
const different = {
  "#中国，#香港": [["中国", "香港"], ["中国，#香港"]],
  "#vote-now": [["vote"], ["vote-now"]],
  "open (#harbour)": [["harbour"], []],
  "#vote#now": [[], ["vote#now"]],
};
for (const text of same) assert.deepStrictEqual(bluesky(text), twitter.extractHashtags(text));
for (const [text, expected] of Object.entries(different)) {
  const found = [twitter.extractHashtags(text), bluesky(text)];
  console.log(`${text}: ${JSON.stringify(found[0])} by twitter-text, ${JSON.stringify(found[1])} by @atproto/api`);
  assert.deepStrictEqual(found, expected);
}
JS
node tags.cjs
