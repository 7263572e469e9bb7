#!/bin/sh
# simhash-js 1.0.0: posts of 516 characters with nothing in common have one hash; an added "!" is a distance of 20 bits.
#
# Guess: 32 bits of which near-copies differ in few and unrelated texts in about 13, for all lengths, and
# hammingDistance() counts them.
# Seen: texts are cut into pieces of four characters that do not overlap. Up to 512 characters all are used; above, the
# FIRST 128 pieces (in order of their hashes) are dropped in place of kept, so that 516 characters are judged by a
# single piece: of 200 pairs of unrelated posts about a third have equal hashes. hash() returns a number, and the
# comparator reads its DECIMAL digits as hexadecimal and counts each bit twice: 400 posts and themselves with "!" at the
# end differ in 2.3 bits, the distance is 20 on average and above 10 for four of five. With a letter in front in place
# of the "!" all pieces are others, and so are the hashes. Long posts of Telegram or Facebook look copied, and copies do
# not. Cut texts into overlapping pieces and count the bits of x ^ y.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund simhash-js@1.0.0 >/dev/null 2>&1
cat > compare.cjs <<'JS'
const { SimHash, Comparator } = require("simhash-js");
const simhash = new SimHash();
const countBits = (x, y) => ((x ^ y) >>> 0).toString(2).replaceAll("0", "").length;
const words = ("one two three four five six seven eight nine ten eleven twelve harbour ferry lantern bread market " +
  "cat roof car garden window river stone").split(" ");
let state = 1;
function draw(limit) {
  state = (state * 48271) % 2147483647;
  return Math.floor((state / 2147483647) * limit);
}
function write(length) {
  let text = "";
  while (text.length < length) text += words[draw(words.length)] + " ";
  return text.slice(0, length);
}
const equal = {};
for (const length of [400, 512, 516]) {
  equal[length] = 0;
  for (let pair = 0; pair < 200; pair++) {
    if (simhash.hash(write(length)) === simhash.hash(write(length))) equal[length]++;
  }
}
const changes = { "! at the end": (post) => post + "!", "a letter in front": (post) => "A" + post,
  "another post": () => write(200) };
const found = {};
for (const [name, change] of Object.entries(changes)) {
  let bits = 0, distance = 0, far = 0;
  for (let post = 0; post < 400; post++) {
    const text = write(200), [x, y] = [simhash.hash(text), simhash.hash(change(text))];
    bits += countBits(x, y) / 400;
    distance += Comparator.hammingDistance(x, y) / 400;
    if (Comparator.hammingDistance(x, y) > 10) far++;
  }
  found[name] = [+bits.toFixed(1), +distance.toFixed(1), far];
}
console.log("simhash-js 1.0.0: equal hashes among 200 pairs of unrelated posts, by length", JSON.stringify(equal),
  "; mean bits that differ, mean hammingDistance(), how many of 400 above 10", JSON.stringify(found));
if (equal[400] !== 0 || equal[512] !== 0 || equal[516] < 40) process.exit(1);
if (found["! at the end"][0] > 4 || found["! at the end"][1] < 15 || found["! at the end"][2] < 250) process.exit(1);
if (found["a letter in front"][0] < 11) process.exit(1);
JS
node compare.cjs
