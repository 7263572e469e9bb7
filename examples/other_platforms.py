# %% [markdown]
# # Data of other platforms
#
# `cib.read` recognises what the usual tools export: posts of X in a dozen shapes, Bluesky, Mastodon, Telegram, Reddit,
# TikTok, YouTube comments, CrowdTangle, 4CAT. Whatever else is a table of who did what and when can be read, too:
# `columns=` says what its columns are called, and `cib inspect FILE` shows what was found. Below are tables that need
# such a mapping, each with ten made-up rows in its shape, its traps, and what it can show. A nested value of JSON lines
# is named by its path, as in `video.music_id`.

# %%
from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path

import polars as pl

import cib

folder = Path(tempfile.mkdtemp())
START = 1_700_000_000


def lines(name, records):
    path = folder / name
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return path


# %% [markdown]
# ## A table whose columns are not known
#
# Nothing is passed over in silence: if columns speak of posts acted on and none was read, a warning writes the mapping.

# %%
table = pl.DataFrame(
    {
        "user_id": [f"u{k}" for k in range(10)],
        "tweet_id": [str(START + k) for k in range(10)],
        "created_at": [START + k for k in range(10)],
        "sourcetweet_id": ["1"] * 10,
        "sourcetweet_author_id": ["u0"] * 10,
    }
)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    cib.read(table)
print(said[0].message)
mapping = {"target_post_id": "sourcetweet_id", "target_account_id": "sourcetweet_author_id"}
assert cib.read(table, columns=mapping).posts_table["target_post_id"].to_list() == ["1"] * 10

# %% [markdown]
# ## TikTok: co-use of a sound
#
# Videos of the Research API are read as posts. Two may have a sound in common (`music_id`): let the sound be the
# object, and each video is an act on it. `format="canonical"` reads the records as a plain table.

# %%
videos = lines(
    "tiktok.jsonl",
    (
        {"id": 7_000_000_000_000_000_001 + k, "username": f"user{k}", "create_time": START + k, "region_code": "NL",
         "music_id": 6_900_000_000_000_000_007 + k % 2, "video_description": "dance #one", "hashtag_names": ["one"]}
        for k in range(10)
    ),
)  # fmt: skip
assert cib.read(videos).imported.format.startswith("tiktok:")
tiktok = cib.read(
    videos,
    format="canonical",
    columns={
        "account_id": "username",
        "post_id": "id",
        "created_at": "create_time",
        "target_post_id": "music_id",
        "text": "video_description",
        "hashtags": "hashtag_names",
    },
)
assert tiktok.posts_table["target_post_id"].n_unique() == 2
print(tiktok)

# %% [markdown]
# ## Bluesky through Communalytic
#
# Accounts are names, and there are no targets: what accounts have in common are their words and links.

# %%
communalytic = pl.DataFrame(
    {
        "id": [f"3k{k}" for k in range(10)],
        "date": [f"2024-05-01T10:00:0{k}Z" for k in range(10)],
        "username": [f"{'ab'[k % 2]}.example" for k in range(10)],
        "text": ["read this https://a.org/story"] * 10,
    }
)
bluesky = cib.read(communalytic, columns={"account_id": "username"})
assert bluesky.posts_table["account_id"].n_unique() == 2
print(bluesky)

# %% [markdown]
# ## Facepager
#
# Columns are separated by semicolons: read the table yourself, all of it as text, and give the frame. Rows of other
# levels than the one that is meant hold the answers of other queries.

# %%
facepager = folder / "facepager.csv"
rows = [f"{k};{k % 3};page_{k};data;10{k % 3};read this;2021-01-01T00:10:0{k}+0000" for k in range(10)]
facepager.write_text(
    "id;level;object_id;object_type;from.id;message;created_time\n" + "\n".join(rows), encoding="utf-8"
)
frame = pl.read_csv(facepager, separator=";", infer_schema=False).filter(pl.col("level") != "0")
facebook = cib.read(
    frame,
    columns={"account_id": "from.id", "post_id": "object_id", "created_at": "created_time", "target_post_id": None},
)
assert len(facebook) == 6
print(facebook)

# %% [markdown]
# ## Meta Content Library
#
# Its tables stay in the clean room, where this library runs as well, without a network. Ids are those of the library.

# %%
library = pl.DataFrame(
    {
        "id": [str(k) for k in range(10)],
        "post_owner.id": [f"{k % 4}0" for k in range(10)],
        "creation_time": [f"2024-01-01T12:00:0{k}+0000" for k in range(10)],
        "text": ["read this"] * 10,
        "link_attachment.link": ["https://a.org/story"] * 10,
    }
)
content = cib.read(
    library,
    columns={
        "account_id": "post_owner.id",
        "created_at": "creation_time",
        "target_post_id": "link_attachment.link",
    },
)
assert content.posts_table["target_post_id"].n_unique() == 1
print(content)

# %% [markdown]
# ## A format of your own
#
# What is read often deserves a name. A format is a value: our columns to theirs, and how its tables are told. An
# installed package brings it with an entry point in the group `cib.formats`; `cib.testing.check_format` holds it
# against the laws of reading.

# %%
STARS = cib.Format(
    "stars",
    {"account_id": "who", "created_at": "when", "target_post_id": "repository"},
    tells=lambda names: {"who", "when", "repository"} <= set(names),
)
starred = folder / "stars.csv"
starred.write_text(
    "who,when,repository\n" + "".join(f"user{k},{START + k},repo{k % 3}\n" for k in range(10)), encoding="utf-8"
)
cib.testing.check_format(STARS, starred)
assert len(cib.read(starred, format=STARS)) == 10
