#!/bin/sh
# ImageHash 4.3.2 hashes the stored pixels, not the picture that is seen: EXIF orientation is ignored.
#
# Guess: a photograph whose file says "turn by 90 degrees" has the hash of the picture that every viewer shows.
# Seen: phash differs in 36 of 64 bits, as between unrelated pictures; after ImageOps.exif_transpose in 0 bits. Phones
# write such files, and platforms turn the pixels and drop the tag, so that an original and its upload do not match.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q imagehash==4.3.2 pillow==12.0.0 scikit-learn==1.7.2 >/dev/null
"$folder/venv/bin/python" - <<'PY'
import io

import imagehash
from PIL import Image, ImageOps
from sklearn.datasets import load_sample_image

seen = Image.fromarray(load_sample_image("china.jpg"))
tag = Image.Exif()
tag[274] = 6  # the camera was held upright: turn by 90 degrees
file = io.BytesIO()
seen.rotate(90, expand=True).save(file, "JPEG", quality=95, exif=tag)
upright = Image.open(io.BytesIO(file.getvalue()))
as_stored = imagehash.phash(upright) - imagehash.phash(seen)
as_seen = imagehash.phash(ImageOps.exif_transpose(upright)) - imagehash.phash(seen)
print(f"ImageHash 4.3.2: {as_stored} of 64 bits differ as stored, {as_seen} as seen")
assert as_stored > 20 and as_seen <= 2
PY
