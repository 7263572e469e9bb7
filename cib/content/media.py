"""Match pictures and videos by the platform's key, or by a perceptual hash that is robust to small changes.

A perceptual hash is written ``phash:`` and 16 hexadecimal digits (64 bits: signs of the low frequencies of a discrete
cosine transform, by the library ImageHash), or ``pdq:`` and 64 digits (256 bits, PDQ of Davis & Rosen 2019, from a
column computed elsewhere). Any other value is a key of a platform and is compared for equality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from cib.compiled import Ints, compiled, grouped
from cib.errors import InputError, MissingDependencyError, SettingsError

__all__ = ["DISTANCES", "frame_hashes", "image_hash", "media_objects", "near_media"]

#: Number of bits of each kind of hash, and the largest Hamming distance of two hashes of one picture.
DISTANCES = {"phash": (64, 8), "pdq": (256, 31)}

#: Pictures with a smaller standard deviation of the grey values (0 to 255) are not hashed.
_FLAT = 2.0

#: Number of frames of a moving picture that are hashed, evenly spaced.
_FRAMES = 16

Bands = NDArray[np.uint16]


def media_objects(files: Any, *, distance: int | None = None) -> Callable[[nw.DataFrame[Any]], pl.DataFrame]:
    """Make a function for ``objects=`` that groups posts by the visual similarity of their pictures.

    Parameters
    ----------
    files : frame
        Columns ``post_id`` and ``path``: image files, moving ones (GIF, WebP, APNG), or folders of frames of a video.
        One post may have several.
    distance : int, optional
        See :func:`near_media`.

    Returns
    -------
    callable
        From posts to a frame of ``post_id`` and ``object``, the common hash of similar pictures.

    Examples
    --------
    >>> import cib
    >>> activity, _ = cib.simulate(scale=0.002, seed=1)
    >>> files = pl.DataFrame({"post_id": activity.posts_table["post_id"][:2], "path": ["a.png", "b.jpg"]})
    >>> graph = cib.coaction_graph(activity, media_objects(files), window="1h")  # doctest: +SKIP
    """
    table = nw.from_native(files, eager_only=True).to_polars()

    def media(posts: nw.DataFrame[Any]) -> pl.DataFrame:
        own = nw.from_native(posts, eager_only=True).to_polars().filter(pl.col("action") != "retweet").select("post_id")
        wanted = own.join(table.with_columns(pl.col("post_id").cast(pl.String)), on="post_id").sort("post_id", "path")
        paths = wanted["path"].unique().sort()
        hashes = pl.DataFrame({"path": paths, "object": [frame_hashes(Path(path)) for path in paths]})
        shown = wanted.join(hashes, on="path").explode("object").drop_nulls("object")
        distinct = shown["object"].unique().sort()
        keys = pl.DataFrame({"object": distinct, "key": near_media(distinct, distance)})
        return shown.join(keys, on="object").select("post_id", object="key").unique(maintain_order=True)

    return media


def near_media(objects: pl.Series, distance: int | None = None) -> pl.Series:
    """Replace each perceptual hash by one within a Hamming distance of it; platform keys are unchanged.

    Parameters
    ----------
    objects : polars.Series of str
        Distinct, sorted, none missing.
    distance : int, optional
        Number of bits that may differ, for any kind of hash. By default 8 of the 64 bits of ``phash:`` and 31 of the
        256 bits of ``pdq:``.

    Returns
    -------
    polars.Series of str
        As long as `objects`: the first hash in order that is near enough and is not itself replaced.

    Raises
    ------
    InputError
        If a hash does not have the length of its kind.
    SettingsError
        If the distance is negative.

    Examples
    --------
    >>> objects = pl.Series(["3_1234", "phash:0000000000000000", "phash:0000000000000003", "phash:ffff000000000000"])
    >>> near_media(objects).to_list()
    ['3_1234', 'phash:0000000000000000', 'phash:0000000000000000', 'phash:ffff000000000000']
    """
    if distance is not None and distance < 0:
        raise SettingsError("distance must not be negative", got=distance)
    places = np.arange(len(objects))
    for kind, (bits, default) in DISTANCES.items():
        rows = np.flatnonzero(objects.str.starts_with(f"{kind}:").to_numpy())
        if len(rows):
            bands = _bands(objects.gather(rows), kind, bits)
            places[rows] = rows[_leaders(bands, default if distance is None else distance)]
    return objects.gather(places)


def image_hash(image: Any) -> str | None:
    """Compute the perceptual hash of a picture, rotated according to its EXIF orientation.

    Parameters
    ----------
    image : path or PIL.Image.Image

    Returns
    -------
    str or None
        ``phash:`` and 16 hexadecimal digits; None for a picture of one colour, which would match all others.

    Raises
    ------
    InputError
        If the file is not a picture.
    MissingDependencyError
        If ``imagehash`` is not installed.

    Examples
    --------
    >>> image_hash("picture.jpg")  # doctest: +SKIP
    'phash:9c3b1ec4a5d2e0f1'
    """
    try:
        import imagehash
        from PIL import Image, ImageOps
    except ImportError as error:
        raise MissingDependencyError(
            "hashes of pictures need imagehash", remedy="Install it: pip install 'cib-detect[media]'."
        ) from error
    if not isinstance(image, Image.Image):
        try:
            with Image.open(image) as opened:
                return image_hash(ImageOps.exif_transpose(opened).convert("RGBA"))
        except OSError as error:
            raise InputError("this file is no picture that can be read", where=str(image)) from error
    grey = _on_white(image).convert("L")
    if np.std(grey) < _FLAT:
        return None
    return f"phash:{imagehash.phash(grey)}"


def frame_hashes(path: Path) -> list[str]:
    """Hash evenly spaced frames of a moving picture.

    Parameters
    ----------
    path : pathlib.Path
        A GIF, WebP or PNG file, moving or not, or a folder of pictures, for example one frame of a video per second.

    Returns
    -------
    list of str
        Distinct hashes in order, at most 16; frames of one colour have none.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.is_file())
        return _distinct(image_hash(files[k]) for k in _spread(len(files)))
    try:
        from PIL import Image, ImageOps, ImageSequence
    except ImportError as error:
        raise MissingDependencyError(
            "hashes of pictures need imagehash", remedy="Install it: pip install 'cib-detect[media]'."
        ) from error
    try:
        with Image.open(path) as moving:
            wanted = set(_spread(getattr(moving, "n_frames", 1)))
            frames = (frame for k, frame in enumerate(ImageSequence.Iterator(moving)) if k in wanted)
            return _distinct(image_hash(ImageOps.exif_transpose(frame).convert("RGBA")) for frame in frames)
    except OSError as error:
        raise InputError(
            "this file is no picture that can be read",
            where=str(path),
            remedy="Of a video take frames out first: ffmpeg -i video.mp4 -vf fps=1 folder/%04d.png",
        ) from error


def _on_white(image: Any) -> Any:
    """Fill transparent parts with white, as platforms show them."""
    from PIL import Image

    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def _spread(n: int) -> list[int]:
    return [k * (n - 1) // max(min(n, _FRAMES) - 1, 1) for k in range(min(n, _FRAMES))]


def _distinct(hashes: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(one for one in hashes if one is not None))


def _bands(hashes: pl.Series, kind: str, bits: int) -> Bands:
    """Split hashes into bands of 16 bits, shape (n, bits / 16)."""
    digits = hashes.str.slice(len(kind) + 1).to_list()
    try:
        return np.array([np.frombuffer(bytes.fromhex(each), ">u2") for each in digits]).reshape(-1, bits // 16)
    except ValueError as error:
        wrong = next(each for each in digits if len(each) != bits // 4 or set(each.lower()) - set("0123456789abcdef"))
        raise InputError(
            f"a hash '{kind}:' must have {bits // 4} hexadecimal digits", got=f"{wrong!r} with {len(wrong)}"
        ) from error


def _leaders(bands: Bands, distance: int) -> Ints:
    """Assign each hash to the first leader within the distance; a hash without an earlier leader is a leader itself.

    Hashes within the distance differ in at most ``distance // n_bands`` bits of some band (Norouzi, Punjani & Fleet
    2012): only such pairs are compared.
    """
    n_bands = bands.shape[1]
    bits = np.array([k.bit_count() for k in range(1 << 16)], np.uint8)
    flipped = min(distance // n_bands, 16)
    masks = np.flatnonzero(bits <= flipped).astype(np.uint16)
    lists = [grouped(band.astype(np.int32), 1 << 16) for band in bands.T]
    starts, members = np.array([one for one, _ in lists]), np.array([two for _, two in lists])
    found: Ints = _first_near(np.ascontiguousarray(bands), starts, members, masks, bits, distance)
    return found


@compiled()
def _first_near(
    bands: Bands, starts: Ints, members: NDArray[np.int32], masks: Bands, bits: NDArray[np.uint8], distance: int
) -> Ints:
    n, n_bands = bands.shape
    leader = np.full(n, -1, np.int64)
    for i in range(n):
        if leader[i] >= 0:
            continue
        leader[i] = i
        for b in range(n_bands):
            for mask in masks:
                key = bands[i, b] ^ mask
                for p in range(starts[b, key], starts[b, key + 1]):
                    j = members[b, p]
                    if leader[j] < 0:
                        differing = 0
                        for c in range(n_bands):
                            differing += bits[bands[i, c] ^ bands[j, c]]
                        if differing <= distance:
                            leader[j] = i
    return leader
