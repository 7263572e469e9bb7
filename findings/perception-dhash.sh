#!/bin/sh
# perception 0.9.3 and ImageHash 4.3.2: the same phash, but a dhash of one picture that is the other's opposite.
#
# Guess: hashes of one name and 64 bits can be exchanged between the two libraries, up to a bit or two.
# Seen: PHash agrees in every bit, which invites trust. DHash differs in 55 to 63 of 64 bits for ONE picture, where
# unrelated ones differ in about 32: one asks whether the left pixel is brighter, the other whether the right one is.
# AverageHash and WaveletHash differ in 4 to 12 bits, around the usual limit of 8 to 10. A list of hashes of shared
# pictures that one group made with perception finds no copy in a corpus hashed with ImageHash, and no error tells so.
# Record the library with the hash; exchange phash or PDQ.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q perception==0.9.3 imagehash==4.3.2 pillow==12.0.0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import imagehash
import numpy as np
from perception import hashers
from PIL import Image, ImageFilter


def make_picture(seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (9, 12, 3)).astype("uint8")
    return Image.fromarray(pixels).resize((480, 360), Image.BICUBIC).filter(ImageFilter.GaussianBlur(3))


pairs = {"PHash": imagehash.phash, "DHash": imagehash.dhash, "AverageHash": imagehash.average_hash}
ranges = {}
for name, of_imagehash in pairs.items():
    hasher = getattr(hashers, name)()

    def measure(one, two):
        bits = hasher.compute(np.array(make_picture(one)), hash_format="vector").astype(bool)
        return int((bits != of_imagehash(make_picture(two)).hash.flatten()).sum())

    same, other = ([measure(seed, seed + step) for seed in range(8)] for step in (0, 50))
    ranges[name] = (min(same), max(same), min(other), max(other))
    print(f"{name}: one picture {min(same)} to {max(same)} bits apart, two pictures {min(other)} to {max(other)}")
assert ranges["PHash"][:2] == (0, 0) and ranges["PHash"][2] > 24
assert ranges["DHash"][0] > 50 and ranges["DHash"][3] < 48 and ranges["AverageHash"][1] > 8
PY
