"""Evaluate perceptual hashes on your own photographs: `python benchmarks/media.py FOLDER [--most 400]`.

For pHash (used by `cib`), PDQ (`pip install pdqhash`) and the crop-resistant hash of ImageHash: the share of
photographs that match after recompression, resizing and cropping by a tenth of the area, and the share of pairs of
different photographs that match. The folder should contain different photographs only. The crop-resistant hash takes
seconds per picture and is computed for the first 24.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagehash
import numpy as np
from PIL import Image

from cib.content.media import DISTANCES


def recompressed(image: Image.Image, quality: int) -> Image.Image:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality)
    return Image.open(io.BytesIO(written.getvalue())).convert("RGB")


def resized(image: Image.Image, factor: float) -> Image.Image:
    return image.resize((round(image.width * factor), round(image.height * factor)))


def cropped(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    w, h = image.size
    return image.crop((round(w * left), round(h * top), round(w * (1 - right)), round(h * (1 - bottom))))


AROUND = (1 - 0.9**0.5) / 2
CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "quality 90": lambda image: recompressed(image, 90),
    "quality 30": lambda image: recompressed(image, 30),
    "half the size": lambda image: resized(image, 0.5),
    "1.7 times": lambda image: resized(image, 1.7),
    "third, quality 50": lambda image: recompressed(resized(image, 0.33), 50),
    "cropped around": lambda image: cropped(image, AROUND, AROUND, AROUND, AROUND),
    "cropped left": lambda image: cropped(image, 0.1, 0, 0, 0),
}


def pdq(image: Image.Image) -> np.ndarray:
    import pdqhash

    return np.asarray(pdqhash.compute(np.asarray(image))[0], bool)


def within(distance: int) -> Callable[[Any, Any], bool]:
    return lambda one, other: int((one != other).sum()) <= distance


HASHES: dict[str, tuple[Callable[[Image.Image], Any], Callable[[Any, Any], bool], int]] = {
    "pHash": (lambda image: imagehash.phash(image).hash.ravel(), within(DISTANCES["phash"][1]), 10**6),
    "PDQ": (pdq, within(DISTANCES["pdq"][1]), 10**6),
    "crop-resistant": (imagehash.crop_resistant_hash, lambda one, other: one.matches(other), 24),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=400)
    options = parser.parse_args()
    files = [file for file in sorted(options.folder.rglob("*")) if file.suffix.lower() in {".jpg", ".jpeg", ".png"}]
    images = [Image.open(file).convert("RGB") for file in files[: options.most]]
    print("| hash | photographs | " + " | ".join(CHANGES) + " | false pairs |")
    print("| --- " * (len(CHANGES) + 3) + "|")
    for name, (make, near, most) in HASHES.items():
        some = images[:most]
        hashes = [make(image) for image in some]
        rates = []
        for change in CHANGES.values():
            found = [near(one, make(change(image))) for one, image in zip(hashes, some, strict=True)]
            rates.append(f"{np.mean(found):.3f}")
        false = [near(one, hashes[j]) for i, one in enumerate(hashes) for j in range(i)]
        print(f"| {name} | {len(some)} | " + " | ".join(rates) + f" | {sum(false)} of {len(false):,} |", flush=True)


if __name__ == "__main__":
    main()
