"""The law of all formats: the same posts, written in each of them, read to the same table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import cib
from cib.sources.registry import known_formats
from tests.sources.same_posts import FORMATS, POSTS
from tests.sources.samples import NOON


def expected(post, columns, renamed):
    action = renamed.get(post.action, post.action)
    acts = action != "post"
    told = {
        "account_id": post.account,
        "action": action,
        "created_at": datetime.fromtimestamp(NOON + post.second, UTC),
        "post_id": post.id,
        "target_post_id": post.target.id if acts else None,
        "target_account_id": post.target.account if acts else None,
        "urls": post.links,
        "hashtags": post.tags,
    }
    return {name: value for name, value in told.items() if name in {"account_id", "action", "created_at", *columns}}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_posts_are_the_same_table(tmp_path, name):
    write, columns, ours, renamed = FORMATS[name]
    path = tmp_path / name.replace(" ", "_")
    path.write_bytes(write())
    activity = cib.read(path, progress=False)
    assert activity.imported.format.startswith(f"{name.split()[0]}:")
    assert activity.imported.rows_kept == activity.imported.rows_read == len(POSTS)
    for row, post in zip(activity.posts_table.iter_rows(named=True), POSTS, strict=True):
        wanted = expected(post, columns, renamed)
        read = {name: row.get(name) for name in wanted}
        read |= {name: ours(value) for name, value in read.items() if name.endswith("_id")}
        read |= {name: read[name] or [] for name in ("urls", "hashtags") if name in read}
        read["created_at"] -= timedelta(microseconds=read["created_at"].microsecond)
        assert read == wanted


@pytest.mark.parametrize("name", FORMATS)
def test_one_format_only_takes_them(tmp_path, name):
    """Whatever the order in which formats are tried."""
    from cib.sources.files import _open
    from cib.sources.records import _format_of

    write = FORMATS[name][0]
    path = tmp_path / name.replace(" ", "_")
    path.write_bytes(write())
    names = _open(path, {}).names
    taken = [format.name for format in known_formats().values() if format.tells and names and format.tells(names)]
    assert len(taken) <= 1
    if name.endswith("l"):
        import json

        record = json.loads(write().splitlines()[0]) if b"\n " not in write() and not write().startswith(b"[") else {}
        assert len([f for f in known_formats().values() if _format_of(record, [f])]) <= 1
