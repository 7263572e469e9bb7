"""Make cib/simulation/sample.jsonl, the sample that comes with the package: `python docs/sample.py`.

Some accounts of the simulated takedown, written as an export of the X API v2 is: a page of a hundred posts a line, with
the accounts and originals that they name. Ids of posts hold their time, as those of X do. Run it again when the
simulator changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl

import cib
from cib.simulation import sample

SCALE, SEED, TEAM, AMPLIFIERS, OTHERS, PAGE = 0.001, 23, "takedown-2020/0", 8, 40, 100

#: The first millisecond of ids, and the bits below a millisecond.
EPOCH, BITS = 1_288_834_974_657, 22


def main() -> None:
    sample().write_text(text(), encoding="utf-8")
    print(f"{sample()}: {sample().stat().st_size:,} bytes")


def text() -> str:
    """The file."""
    return "".join(json.dumps(page, ensure_ascii=False, separators=(",", ":")) + "\n" for page in pages())


def chosen(truth: pl.DataFrame) -> pl.Series:
    """The accounts whose posts are taken."""
    team = truth.filter(team=TEAM)
    taken = [
        team.filter(role="highly_engaged")["account_id"],
        team.filter(role="amplifier")["account_id"].head(AMPLIFIERS),
        truth.filter(community="organic")["account_id"].gather_every(7).head(OTHERS),
    ]
    return pl.concat(taken)


def pages() -> Iterator[dict[str, Any]]:
    """A page a line."""
    activity, truth = cib.simulate("takedown-2020", scale=SCALE, seed=SEED)
    posts = activity.posts_table.sort("created_at", "post_id")
    users = {user["id"]: user for user in map(_user, activity.accounts_table.iter_rows(named=True))}
    texts = dict(posts.select("post_id", "text").iter_rows())
    rows = posts.filter(pl.col("account_id").is_in(chosen(truth).implode())).to_dicts()
    ids = {row["post_id"]: _snowflake(row["created_at"], k) for k, row in enumerate(rows)}
    for first in range(0, len(rows), PAGE):
        page = rows[first : first + PAGE]
        originals = {row["target_post_id"]: row for row in page if row["target_post_id"] is not None}
        for target, row in originals.items():
            ids.setdefault(target, _snowflake(row["target_created_at"], len(ids)))
        data = [_post(row, ids, users, texts) for row in page]
        named = {row["account_id"] for row in page} | {row["target_account_id"] for row in page} - {None}
        tweets = [_original(ids[target], row, texts.get(target)) for target, row in originals.items()]
        yield {
            "data": data,
            "includes": {"users": [users[each] for each in sorted(named)], "tweets": tweets},
            "meta": {"newest_id": data[-1]["id"], "oldest_id": data[0]["id"], "result_count": len(data)},
        }


def _post(
    row: dict[str, Any], ids: dict[str, str], users: dict[str, Any], texts: dict[str, str | None]
) -> dict[str, Any]:
    kind = {"retweet": "retweeted", "quote": "quoted", "reply": "replied_to"}.get(row["action"])
    words = row["text"]
    if row["action"] == "retweet":
        words = f"RT @{users[row['target_account_id']]['username']}: {texts.get(row['target_post_id'], '')}"[:140]
    post = {
        "id": ids[row["post_id"]],
        "author_id": row["account_id"],
        "created_at": _time(row["created_at"]),
        "conversation_id": ids[row["target_post_id"] or row["post_id"]],
        "text": words,
        "lang": row["lang"],
        "source": row["client"],
        "entities": _entities(row, users),
    }
    if kind:
        post["referenced_tweets"] = [{"type": kind, "id": ids[row["target_post_id"]]}]
    if row["action"] == "reply":
        post["in_reply_to_user_id"] = row["target_account_id"]
    return post


def _original(number: str, row: dict[str, Any], words: str | None) -> dict[str, Any]:
    """What is known of the post that `row` refers to."""
    return {
        "id": number,
        "author_id": row["target_account_id"],
        "created_at": _time(row["target_created_at"]),
        "conversation_id": number,
        "text": words or "",
        "lang": row["lang"],
    }


def _entities(row: dict[str, Any], users: dict[str, Any]) -> dict[str, Any]:
    told = {
        "urls": [{"url": url, "expanded_url": url} for url in row["urls"] or ()],
        "hashtags": [{"tag": tag} for tag in row["hashtags"] or ()],
        "mentions": [
            {"username": users[each]["username"], "id": each} for each in row["mentions"] or () if each in users
        ],
    }
    return {name: each for name, each in told.items() if each}


def _user(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["account_id"],
        "username": row["name"],
        "name": row["name"],
        "created_at": _time(row["created_at"]),
        "description": row["description"],
        "public_metrics": {
            "followers_count": row["followers"],
            "following_count": row["following"],
            "tweet_count": row["posts"],
        },
    }


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _snowflake(moment: datetime, k: int) -> str:
    """An id that holds a time to the millisecond, and a number."""
    return str(((int(moment.timestamp() * 1000) - EPOCH) << BITS) + k)


if __name__ == "__main__":
    main()
