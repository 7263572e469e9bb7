#!/bin/sh
# minhash 0.0.9 (Node.js): LshIndex.query() fails for each post that is not in the index itself, be it alike or not.
#
# Guess: a post that shares 29 of 30 words with an indexed one finds it, and a post unlike all of them finds nothing, an
# empty list, as in other indexes of this kind.
# Seen: both end in a TypeError ("Cannot read properties of undefined"): the search reads the bucket of each of its 32
# bands without asking whether there is one. Only a post that is in the index itself has a bucket for each band, which
# is how its own example and tests ask. A stream, "was this posted before?", is what such an index is for, and there
# the first reworded copy, or the first new post, ends the run; whoever catches the error takes it for "nothing found"
# and misses each copy that is not identical. Insert the post first, ask then, and leave itself out.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund minhash@0.0.9 >/dev/null 2>&1
cat > run.cjs <<'JS'
const { Minhash, LshIndex } = require("minhash");
const words = (from, count) => Array.from({ length: count }, (_, number) => `word${from + number}`);
function sign(list) {
  const signature = new Minhash();
  list.forEach((word) => signature.update(word));
  return signature;
}
function ask(index, signature) {
  try { return index.query(signature).join(" "); } catch (error) { return error.name; }
}
const post = words(0, 30), reworded = [...words(0, 29), "another"], other = words(1000, 30);
const index = new LshIndex();
index.insert("post", sign(post));
const found = { same: ask(index, sign(post)), reworded: ask(index, sign(reworded)), other: ask(index, sign(other)) };
const similarity = sign(post).jaccard(sign(reworded));
index.insert("reworded", sign(reworded));
const inserted = ask(index, sign(reworded));
console.log("minhash 0.0.9:", JSON.stringify(found), "similarity of the reworded post", similarity,
  "; once inserted it finds", inserted);
const expected = { same: "post", reworded: "TypeError", other: "TypeError" };
if (JSON.stringify(found) !== JSON.stringify(expected) || similarity < 0.85) process.exit(1);
if (inserted !== "post reworded" && inserted !== "reworded post") process.exit(1);
JS
node run.cjs
