# %% [markdown]
# # Data of other platforms
#
# Whatever is a table of who did what and when can be read: `columns=` says what its columns are called. Below are
# the platforms whose data people hold most, each with a few made-up rows in its shape, its traps, and what it can show.
# A nested value of JSON lines is named by its path, as in `snippet.videoId`.

# %%
from __future__ import annotations

import json
import tempfile
from pathlib import Path

import polars as pl

import cib

folder = Path(tempfile.mkdtemp())


def lines(name, *records):
    path = folder / name
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return path


# %% [markdown]
# ## TikTok (Research API)
#
# The actor is a `username`, which can be changed. Two videos have a sound in common (`music_id`), hashtags, or words.
# For co-use of a sound, let the sound be the object: each video is then an act on it.

# %%
videos = lines(
    "tiktok.jsonl",
    *(
        {"id": 7_000_000_000_000_000_001 + k, "username": f"user{k}", "create_time": 1_700_000_000 + k,
         "music_id": 6_900_000_000_000_000_007, "video_description": "dance #one", "hashtag_names": ["one", "two"]}
        for k in range(3)
    ),
)  # fmt: skip
tiktok = cib.read(
    videos,
    columns={
        "account_id": "username",
        "post_id": "id",
        "created_at": "create_time",
        "target_post_id": "music_id",
        "text": "video_description",
        "hashtags": "hashtag_names",
    },
)
assert tiktok.posts_table["target_post_id"].unique().to_list() == ["6900000000000000007"]
print(tiktok)

# %% [markdown]
# ## Reddit (pushshift, arctic_shift)
#
# Dumps are JSON lines packed as .zst, which ask for 2 GB of memory: `max_bytes=2**31` allows it. `[deleted]` is no
# account: such rows are counted and left out. `parent_id` is the post that a comment answers. Take `author_fullname`
# as the account where it is there, for names can be used again.

# %%
comments = lines(
    "reddit.jsonl",
    {"id": "c1", "author": "one", "created_utc": 1_700_000_000, "parent_id": "t3_p1", "body": "words"},
    {"id": "c2", "author": "[deleted]", "created_utc": 1_700_000_001, "parent_id": "t3_p1", "body": "[removed]"},
)
reddit = cib.read(
    comments,
    columns={"account_id": "author", "created_at": "created_utc", "target_post_id": "parent_id", "text": "body"},
)
assert reddit.imported.dropped == {"no account": 1}
print(reddit)

# %% [markdown]
# ## YouTube (Data API, comments)
#
# There are no shares: what accounts have in common is the video that they comment on, and their words.

# %%
threads = lines(
    "youtube.jsonl",
    *(
        {"id": f"Ug{k}", "snippet": {"videoId": "v1", "authorChannelId": {"value": f"UC{k}"}, "textOriginal": "nice",
                                     "publishedAt": "2023-11-14T22:13:20Z"}}
        for k in range(2)
    ),
)  # fmt: skip
youtube = cib.read(
    threads,
    columns={
        "account_id": "snippet.authorChannelId.value",
        "created_at": "snippet.publishedAt",
        "target_post_id": "snippet.videoId",
        "text": "snippet.textOriginal",
    },
)
assert youtube.posts_table["account_id"].to_list() == ["UC0", "UC1"]
print(youtube)

# %% [markdown]
# ## CrowdTangle (closed in 2024; archives remain)
#
# Times carry an abbreviation, EST or EDT. It is no zone that a computer may guess, and dropping it is an error of
# five hours: write the offset out first. The object is the link that was shared.

# %%
OFFSETS = {" EST": "-05:00", " EDT": "-04:00"}

crowdtangle = pl.DataFrame(
    {
        "Facebook Id": ["100", "200"],
        "Post Created": ["2021-01-01 10:00:00 EST", "2021-07-01 10:00:00 EDT"],
        "URL": ["https://facebook.example/1", "https://facebook.example/2"],
        "Link": ["https://a.org/story", "https://a.org/story"],
        "Message": ["read this", "read this"],
    }
).with_columns(pl.col("Post Created").str.replace_many(list(OFFSETS), list(OFFSETS.values())))
pages = cib.read(
    crowdtangle,
    columns={
        "account_id": "Facebook Id",
        "post_id": "URL",
        "created_at": "Post Created",
        "target_post_id": "Link",
        "text": "Message",
    },
)
assert [time.hour for time in pages.posts_table["created_at"]] == [15, 14]
print(pages)

# %% [markdown]
# ## Meta Content Library
#
# Its tables stay in the clean room, where this library runs as well, without a network. Ids are those of the library.

# %%
library = pl.DataFrame(
    {
        "id": ["1", "2"],
        "post_owner.id": ["10", "20"],
        "creation_time": ["2024-01-01T12:00:00+0000", "2024-01-01T12:00:05+0000"],
        "text": ["read this", "read this"],
        "link_attachment.link": ["https://a.org/story", "https://a.org/story"],
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
