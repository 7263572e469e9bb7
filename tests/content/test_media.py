"""Perceptual hashes: near ones against the comparison of all with all, and photographs that were changed."""

from __future__ import annotations

import io
import sys
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cib
from cib.content.media import DISTANCES, frame_hashes, image_hash, media_objects, near_media
from cib.errors import InputError, MissingDependencyError, SettingsError


def bits_apart(one, two):
    return (int(one.split(":")[1], 16) ^ int(two.split(":")[1], 16)).bit_count()


def first_near(hashes, distance):
    """Each hash with the first in order that it is near, among those that are near none before."""
    leaders = {}
    for one in hashes:
        leaders[one] = next((two for two in leaders if leaders[two] == two and bits_apart(one, two) <= distance), one)
    return [leaders[one] for one in hashes]


def changed(seed, kind, n=60):
    """Hashes of which some differ from others in a few bits."""
    bits, distance = DISTANCES[kind]
    rng = np.random.default_rng(seed)
    bases = [int.from_bytes(rng.bytes(bits // 8)) for _ in range(8)]
    hashes = set()
    for _ in range(n):
        flipped = rng.choice(bits, rng.integers(0, 2 * distance), replace=False)
        number = bases[rng.integers(8)] ^ sum(1 << int(bit) for bit in flipped)
        hashes.add(f"{kind}:{number:0{bits // 4}x}")
    return sorted(hashes)


@pytest.mark.parametrize("kind", DISTANCES)
@pytest.mark.parametrize("seed", range(4))
def test_near_hashes_are_those_that_comparing_all_finds(kind, seed):
    hashes = changed(seed, kind)
    assert near_media(pl.Series(hashes)).to_list() == first_near(hashes, DISTANCES[kind][1])


@given(st.integers(0, 70), st.integers(0, 100))
def test_any_distance_can_be_asked_for(distance, seed):
    hashes = changed(seed, "phash", 12)
    assert near_media(pl.Series(hashes), distance).to_list() == first_near(hashes, distance)


def test_keys_of_platforms_are_compared_as_they_are():
    keys = ["3_1001", "3_1002", "AgAC", "bafkreib"]
    assert near_media(pl.Series(keys), 64).to_list() == keys


def test_posts_of_one_picture_share_it():
    posts = pl.DataFrame(
        {
            "account_id": list("abcd"),
            "post_id": [f"p{k}" for k in range(4)],
            "created_at": [f"2024-01-01T00:00:0{k}Z" for k in range(4)],
            "media": [["phash:00000000000000ff", "key1"], ["phash:00000000000000fe"], ["key1"], []],
        }
    )
    graph = cib.coaction_graph(cib.read(posts), "media", window="1min", min_weight=1)
    assert graph.edges.select("source", "target").rows() == [("a", "b"), ("a", "c")]


@pytest.mark.parametrize("wrong", ["phash:12", "phash:zzzzzzzzzzzzzzzz", "pdq:0123456789abcdef"])
def test_a_hash_of_the_wrong_form_is_refused(wrong):
    with pytest.raises(InputError, match="hexadecimal digits"):
        near_media(pl.Series([wrong]))


def test_a_negative_distance_is_refused():
    with pytest.raises(SettingsError, match="negative"):
        near_media(pl.Series(["phash:0123456789abcdef"]), -1)


@pytest.fixture(scope="module")
def photographs():
    """Two photographs that scikit-learn packages, and parts of them that do not overlap."""
    pytest.importorskip("imagehash", reason="needs the extra media")
    from PIL import Image
    from sklearn.datasets import load_sample_images

    whole = [Image.fromarray(image) for image in load_sample_images().images]
    parts = [
        image.crop((left, top, left + 213, top + 213)) for image in whole for left in (0, 213, 426) for top in (0, 213)
    ]
    return [*whole, *parts]


def recompressed(image, quality):
    from PIL import Image

    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality)
    return Image.open(io.BytesIO(written.getvalue()))


CHANGES = {
    "quality 90": lambda image: recompressed(image, 90),
    "quality 30": lambda image: recompressed(image, 30),
    "half the size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "larger": lambda image: image.resize((image.width * 2, image.height * 2)),
    "small and compressed": lambda image: recompressed(image.resize((image.width // 3, image.height // 3)), 50),
    "grey": lambda image: image.convert("L"),
    "with alpha": lambda image: image.convert("RGBA"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_resized_and_recompressed_pictures_are_near(photographs, change):
    distances = [bits_apart(image_hash(image), image_hash(CHANGES[change](image))) for image in photographs]
    assert max(distances) <= DISTANCES["phash"][1]


def test_different_pictures_are_not_near(photographs):
    hashes = [image_hash(image) for image in photographs[2:]]
    assert min(bits_apart(one, two) for one, two in combinations(hashes, 2)) > DISTANCES["phash"][1]


def test_files_become_objects(photographs, tmp_path):
    one, other = photographs[:2]
    one.save(tmp_path / "a.png")
    one.save(tmp_path / "b.jpg", quality=40)
    other.save(tmp_path / "c.webp")
    (tmp_path / "video").mkdir()
    for k, frame in enumerate([other, photographs[3], photographs[4]]):
        frame.save(tmp_path / "video" / f"{k:03}.jpg")
    names = ["a.png", "b.jpg", "c.webp", "video"]
    posts = pl.DataFrame(
        {
            "account_id": list("abcd"),
            "post_id": [f"p{k}" for k in range(4)],
            "created_at": [f"2024-01-01T00:00:0{k}Z" for k in range(4)],
        }
    )
    files = pl.DataFrame({"post_id": posts["post_id"], "path": [str(tmp_path / name) for name in names]})
    graph = cib.coaction_graph(cib.read(posts), media_objects(files), window="1min", min_weight=1)
    assert graph.edges.select("source", "target").rows() == [("a", "b"), ("c", "d")]


def test_a_moving_picture_has_the_hashes_of_its_frames(photographs, tmp_path):
    frames = photographs[2:6]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:], duration=100, quality=90)
    hashes = frame_hashes(tmp_path / "moving.webp")
    assert len(hashes) == 4
    assert bits_apart(hashes[0], image_hash(frames[0])) <= DISTANCES["phash"][1]


def test_a_picture_is_hashed_as_it_is_seen(photographs, tmp_path):
    from PIL import Image

    tag = Image.Exif()
    tag[274] = 6  # to be turned by 90 degrees
    photographs[0].rotate(90, expand=True).save(tmp_path / "turned.jpg", quality=95, exif=tag)
    for hashed in (image_hash(tmp_path / "turned.jpg"), *frame_hashes(tmp_path / "turned.jpg")):
        assert bits_apart(hashed, image_hash(photographs[0])) <= 2


def test_one_colour_has_no_hash(photographs):  # noqa: ARG001 - the fixture skips without imagehash
    from PIL import Image

    assert image_hash(Image.new("RGB", (50, 50), "red")) is None
    assert image_hash(Image.new("RGBA", (50, 50), (10, 200, 10, 0))) is None


def test_a_file_that_is_no_picture_is_named(photographs, tmp_path):  # noqa: ARG001 - as above
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    with pytest.raises(InputError, match=r"clip\.mp4.*ffmpeg"):
        frame_hashes(tmp_path / "clip.mp4")
    with pytest.raises(InputError, match=r"missing\.png"):
        image_hash(tmp_path / "missing.png")


def test_without_the_library_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "imagehash", None)
    with pytest.raises(MissingDependencyError, match=r"cib-detect\[media\]"):
        image_hash(tmp_path / "a.png")
