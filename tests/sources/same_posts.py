"""The same made-up posts, written in each format that can express them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

from tests.sources.samples import NOON, lines, table

LINK = "https://example.org/a,b"
TAGS = ("harbour", "fluß")


def snowflake(second):
    return str((((NOON + second) * 1000 - 1_288_834_974_657) << 22) + 5)


@dataclass(frozen=True)
class Post:
    """What an account did; `target` is the post that it acts on."""

    account: str
    second: int
    action: str = "post"
    target: Post | None = None
    text: str = ""

    @property
    def id(self):
        return snowflake(self.second)

    @property
    def original(self):
        return self.target if self.action == "retweet" else self

    @property
    def tags(self):
        return list(TAGS) if self.original.action == "post" else []

    @property
    def links(self):
        return [LINK] if self.original.action == "post" else []

    @property
    def time(self):
        return f"2020-01-01T12:00:{self.second:02}"


FIRST = Post("701", 1, text="see #harbour #fluß https://t.co/x")
POSTS = (
    FIRST,
    Post("702", 5, "retweet", FIRST, FIRST.text),
    Post("703", 9, "quote", FIRST, "look at that"),
    Post("704", 14, "reply", FIRST, "well"),
    Post("702", 20, text="see #harbour #fluß https://t.co/x again"),
)
NAMES = {"701": "fern", "702": "moss", "703": "reed", "704": "elm"}

#: What each format states of a post; the rest is not compared.
ALL = frozenset({"post_id", "target_post_id", "target_account_id", "urls", "hashtags"})


def plain(value):
    return value


def stamp(post):
    return f"Wed Jan 01 12:00:{post.second:02} +0000 2020"


# ---- X


def v2(post, *, flat):
    kinds = {"retweet": "retweeted", "quote": "quoted", "reply": "replied_to"}
    entities = {
        "hashtags": [{"tag": tag} for tag in post.tags],
        "urls": [{"url": "t", "expanded_url": u} for u in post.links],
    }
    record = {"id": post.id, "author_id": post.account, "created_at": f"{post.time}.000Z", "text": post.text,
              "conversation_id": FIRST.id, "public_metrics": {}}  # fmt: skip
    if post.action != "retweet":
        record["entities"] = entities
    if post.target:
        reference = {"type": kinds[post.action], "id": post.target.id}
        record["referenced_tweets"] = [{**reference, **(v2(post.target, flat=False) if flat else {})}]
    return record


def x_v2_page():
    users = [{"id": number, "username": name, "public_metrics": {}} for number, name in NAMES.items()]
    data = [v2(post, flat=False) for post in POSTS]
    return lines({"data": data, "includes": {"users": users, "tweets": [v2(FIRST, flat=False)]}, "meta": {}})


def x_v2_flat():
    return lines(*(v2(post, flat=True) for post in POSTS))


def v1(post):
    entities = {"hashtags": [{"text": tag} for tag in post.tags], "urls": [{"expanded_url": url} for url in post.links]}
    record = {"id": int(post.id), "id_str": post.id, "created_at": stamp(post), "full_text": post.text,
              "user": {"id_str": post.account, "screen_name": NAMES[post.account]}, "entities": entities}  # fmt: skip
    if post.action == "retweet":
        record["retweeted_status"] = v1(post.target)
    elif post.action == "quote":
        record |= {"quoted_status_id_str": post.target.id, "quoted_status": v1(post.target)}
    elif post.action == "reply":
        record |= {"in_reply_to_status_id_str": post.target.id, "in_reply_to_user_id_str": post.target.account}
    return record


def x_v1():
    return lines(*map(v1, POSTS))


def x_v1_of_a_database():
    """As mongoexport writes it."""
    return json.dumps([{**v1(post), "id": {"$numberLong": post.id}, "_id": {"$oid": "5f"}} for post in POSTS]).encode()


def x_v1_of_jq():
    return "\n".join(json.dumps(v1(post), indent=2) for post in POSTS).encode()


def x_v1_search():
    return json.dumps({"statuses": [v1(post) for post in POSTS], "search_metadata": {}}).encode()


def capture(post):
    legacy = {**v1(post), "user_id_str": post.account, "conversation_id_str": FIRST.id}
    user = {"core": {"screen_name": NAMES[post.account]}, "legacy": {}}
    record = {"rest_id": post.id, "core": {"user_results": {"result": user}}, "legacy": legacy}
    if post.action == "retweet":
        legacy["retweeted_status_result"] = {"result": capture(legacy.pop("retweeted_status") and post.target)}
    elif post.action == "quote":
        record["quoted_status_result"] = {"result": capture(legacy.pop("quoted_status") and post.target)}
    return record


def fourcat():
    return lines(*({"source_platform": "x.com", "data": capture(post)} for post in POSTS))


def scraped(post):
    record = {"_type": "snscrape.modules.twitter.Tweet", "id": int(post.id), "date": f"{post.time}+00:00",
              "rawContent": post.text, "user": {"id": int(post.account), "username": NAMES[post.account]},
              "links": [{"url": url} for url in post.links], "hashtags": post.tags}  # fmt: skip
    nested = {"retweet": "retweetedTweet", "quote": "quotedTweet"}.get(post.action)
    if nested:
        record[nested] = scraped(post.target)
    elif post.target:
        record |= {"inReplyToTweetId": int(post.target.id), "inReplyToUser": {"id": int(post.target.account)}}
    return record


def snscrape():
    return lines(*map(scraped, POSTS))


def targets(post, columns, value):
    return {columns[post.action]: value} if post.target else {}


def twarc_csv():
    kinds = {"retweet": "retweeted", "quote": "quoted", "reply": "replied_to"}
    by = {"retweet": "retweeted_user_id", "quote": "quoted_user_id", "reply": "in_reply_to_user_id"}
    return table(
        "id author_id created_at text author.id author.username entities.hashtags entities.urls "
        + " ".join([*(f"referenced_tweets.{kind}.id" for kind in kinds.values()), *by.values()]),
        *({"id": post.id, "author_id": post.account, "created_at": f"{post.time}.000Z", "author.id": post.account,
           "author.username": NAMES[post.account], "text": post.original.text,
           "entities.hashtags": json.dumps([f"#{tag}" for tag in post.tags]), "entities.urls": json.dumps(post.links),
           **({f"referenced_tweets.{kinds[post.action]}.id": post.target.id} if post.target else {}),
           **({by[post.action]: post.target.account} if post.target else {})} for post in POSTS),
    )  # fmt: skip


def academictwitter():
    kinds = {"retweet": "retweeted", "quote": "quoted", "reply": "replied_to"}
    return table(
        "tweet_id author_id created_at text sourcetweet_type sourcetweet_id sourcetweet_author_id",
        *({"tweet_id": post.id, "author_id": post.account, "created_at": f"{post.time}.000Z", "text": post.text,
           "sourcetweet_type": kinds.get(post.action, "NA"), "sourcetweet_id": post.target.id if post.target else "NA",
           "sourcetweet_author_id": post.target.account if post.target else "NA"} for post in POSTS),
    )  # fmt: skip


def rtweet():
    posts, accounts = ({kind: f"{name}_{what}_id" for kind, name in kinds.items()} for what, kinds in (
        ("status", {"retweet": "retweet", "quote": "quoted", "reply": "reply_to"}),
        ("user", {"retweet": "retweet", "quote": "quoted", "reply": "reply_to"})))  # fmt: skip
    names = [
        "user_id",
        "status_id",
        "created_at",
        "text",
        "hashtags",
        "urls_expanded_url",
        *posts.values(),
        *accounts.values(),
    ]
    return table(
        " ".join(names),
        *(dict.fromkeys(names, "NA") | {
            "user_id": f"x{post.account}99999", "status_id": f"x{post.id}", "created_at": post.time.replace("T", " "),
            "text": post.text, "hashtags": " ".join(post.tags) or "NA",
            "urls_expanded_url": " ".join(post.links) or "NA",
            **({posts[post.action]: f"x{post.target.id}"} if post.target else {}),
            **({accounts[post.action]: f"x{post.target.account}99999"} if post.target else {})} for post in POSTS),
    )  # fmt: skip


def x_release():
    posts = {"retweet": "retweet_tweetid", "quote": "quoted_tweet_tweetid", "reply": "in_reply_to_tweetid"}
    accounts = {"retweet": "retweet_userid", "reply": "in_reply_to_userid"}
    return table(
        "tweetid userid tweet_time tweet_text is_retweet hashtags urls "
        + " ".join([*posts.values(), *accounts.values()]),
        *({"tweetid": post.id, "userid": post.account, "tweet_time": "2020-01-01 12:00", "tweet_text": post.text,
           "is_retweet": str(post.action == "retweet"), "hashtags": str(post.tags), "urls": str(post.links),
           **({posts[post.action]: post.target.id} if post.target else {}),
           **({accounts[post.action]: post.target.account} if post.action in accounts else {})} for post in POSTS),
    )  # fmt: skip


def fourcat_csv():
    return table(
        "id thread_id timestamp unix_timestamp body author author_id is_retweet retweeted_user is_quote_tweet "
        "quote_tweet_id quote_author is_reply replied_author hashtags urls",
        *({"id": post.id, "thread_id": FIRST.id, "timestamp": post.time.replace("T", " "),
           "author": NAMES[post.account], "unix_timestamp": NOON + post.second, "author_id": post.account,
           "body": f"RT @fern: {post.text}" if post.action == "retweet" else post.text,
           "is_retweet": "yes" if post.action == "retweet" else "no",
           "retweeted_user": "fern" if post.action == "retweet" else "",
           "is_quote_tweet": "yes" if post.action == "quote" else "no",
           "quote_tweet_id": post.target.id if post.action == "quote" else "",
           "quote_author": "fern" if post.action == "quote" else "",
           "is_reply": "yes" if post.action == "reply" else "no",
           "replied_author": "fern" if post.action == "reply" else "",
           "hashtags": ",".join(post.tags), "urls": ",".join(post.links)} for post in POSTS),
    )  # fmt: skip


def nodexl():
    kinds = {"post": "Tweet", "retweet": "Retweet", "quote": "Quote", "reply": "Replies to"}
    posts = {"retweet": "Retweet ID", "quote": "Quoted Status ID", "reply": "In-Reply-To Tweet ID"}
    names = ["Vertex 1", "Vertex 2", "Relationship", "Relationship Date (UTC)", "Tweet", "URLs in Tweet",
             "Hashtags in Tweet", "Imported ID", *posts.values()]  # fmt: skip
    cells = [
        [NAMES[post.account], NAMES[(post.target or post).account], kinds[post.action], post.time.replace("T", " "),
         post.text, " ".join(post.links), " ".join(post.tags), post.id,
         *(post.target.id if post.action == kind else "" for kind in posts)] for post in POSTS
    ]  # fmt: skip
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([names, *cells])
    return file.getvalue().encode()


def hoaxy():
    return table(
        "from_user_id to_user_id tweet_id tweet_created_at tweet_type is_mention canonical_url",
        *({"tweet_id": post.id, "tweet_created_at": f"{post.time}Z", "is_mention": "False",
           "tweet_type": {"post": "origin"}.get(post.action, post.action), "canonical_url": "".join(post.links),
           "from_user_id": post.target.account if post.action in ("retweet", "quote") else post.account,
           "to_user_id": post.target.account if post.action == "reply" else post.account} for post in POSTS),
    )  # fmt: skip


def canonical(post):
    return {"account_id": post.account, "post_id": post.id, "action": post.action, "created_at": f"{post.time}Z",
            "target_post_id": post.target.id if post.target else None, "text": post.text,
            "target_account_id": post.target.account if post.target else None, "urls": post.links,
            "hashtags": post.tags}  # fmt: skip


def canonical_jsonl():
    return lines(*map(canonical, POSTS))


def canonical_csv():
    rows = [{**canonical(post), "urls": json.dumps(post.links), "hashtags": json.dumps(post.tags)} for post in POSTS]
    return table(" ".join(rows[0]), *({name: value or "" for name, value in row.items()} for row in rows))


def table_of_r():
    """As write.csv of R writes it, the ids as text of floats where there are gaps."""
    rows = [{name: value or "NA" for name, value in canonical(post).items()} for post in POSTS]
    for row, post in zip(rows, POSTS, strict=True):
        row |= {
            "urls": str(post.links),
            "hashtags": f"c({', '.join(json.dumps(t) for t in post.tags)})" if post.tags else "NA",
        }
    return table(" ".join(rows[0]), *rows)


# ---- other platforms: their ids, and back to those of the posts

ANY = frozenset({"post_id", "target_post_id", "target_account_id"})
DIDS = {number: f"did:plc:{number * 8}" for number in NAMES}


def at(post):
    kind = "repost" if post.action == "retweet" else "post"
    return f"at://{DIDS[post.account]}/app.bsky.feed.{kind}/3k{post.second}"


def sky_record(post):
    if post.action == "retweet":
        return {"createdAt": f"{post.time}Z", "subject": {"uri": at(post.target), "cid": "c"}}
    record = {"createdAt": f"{post.time}Z", "text": post.text, "facets": [
        {"features": [*({"tag": tag} for tag in post.tags), *({"uri": url} for url in post.links)]}]}  # fmt: skip
    if post.action == "quote":
        record["embed"] = {"record": {"uri": at(post.target), "cid": "c"}}
    elif post.action == "reply":
        record["reply"] = {"parent": {"uri": at(post.target)}, "root": {"uri": at(post.target)}}
    return record


def jetstream():
    return lines(*(
        {"did": DIDS[post.account], "time_us": (NOON + post.second) * 10**6, "kind": "commit", "commit": {
            "operation": "create", "collection": at(post).split("/")[3], "rkey": at(post).split("/")[4],
            "record": sky_record(post)}} for post in POSTS))  # fmt: skip


def sky_records():
    return json.dumps(
        {"records": [{"uri": at(post), "cid": "c", "value": sky_record(post)} for post in POSTS]}
    ).encode()


def sky_view(post):
    return {"uri": at(post), "cid": "c", "author": {"did": DIDS[post.account], "handle": "a.example"},
            "record": sky_record(post), "indexedAt": f"{post.time}Z"}  # fmt: skip


def sky_feed():
    items = []
    for post in POSTS:
        reason = {"by": {"did": DIDS[post.account]}, "indexedAt": f"{post.time}Z", "uri": at(post)}
        items.append({"post": sky_view(post.original), **({"reason": reason} if post.action == "retweet" else {})})
    return json.dumps({"feed": items}).encode()


def from_sky(value):
    dids = {did: number for number, did in DIDS.items()}
    return dids.get(value, {at(post): post.id for post in POSTS}.get(value, value))


def address(post):
    return f"https://lake.example/users/{NAMES[post.account]}/statuses/{post.second}"


def status(post):
    def account(number):
        return {"id": number, "acct": NAMES[number], "url": f"https://lake.example/@{NAMES[number]}"}

    content = f"<p>{post.text}" + "".join(f' <a href="{url}">a</a>' for url in post.links) + "</p>"
    record = {"id": f"9{post.second}", "uri": address(post), "created_at": f"{post.time}Z", "content": content,
              "account": account(post.account), "mentions": [],
              "tags": [{"name": tag} for tag in post.tags]}  # fmt: skip
    if post.action == "retweet":
        record |= {"reblog": status(post.target), "content": "", "tags": []}
    elif post.action == "quote":
        record["quote"] = {"state": "accepted", "quoted_status": status(post.target)}
    elif post.action == "reply":
        record |= {"in_reply_to_id": f"9{post.target.second}", "in_reply_to_account_id": post.target.account}
    return record


def mastodon():
    return lines(*map(status, POSTS))


def from_mastodon(value):
    names = {f"{name}@lake.example": number for number, name in NAMES.items()}
    return names.get(value, {address(post): post.id for post in POSTS}.get(value, value))


def message(post):
    """A post of a channel of its own for each account; there are no quotes: an own post instead."""
    marks, at_ = [], 0
    for word in post.text.split():
        at_ = post.text.index(word, at_)
        kind = "Hashtag" if word.startswith("#") else "Url" if "://" in word else None
        if kind:
            marks.append({"_": f"MessageEntity{kind}", "offset": at_, "length": len(word)})
    record = {"_": "Message", "id": post.second, "peer_id": {"channel_id": int(post.account)}, "post": True,
              "date": f"{post.time}+00:00", "message": post.text, "entities": marks}  # fmt: skip
    if post.action == "retweet":
        record["fwd_from"] = {"from_id": {"channel_id": int(post.target.account)}, "channel_post": post.target.second,
                              "date": f"{post.target.time}+00:00"}  # fmt: skip
    elif post.action == "reply":
        there = {"_": "PeerChannel", "channel_id": int(post.target.account)}
        record["reply_to"] = {"reply_to_msg_id": post.target.second, "reply_to_peer_id": there}
    return record


def telethon():
    return lines(*map(message, POSTS))


def from_telegram(value):
    channels = {f"channel{number}": number for number in NAMES}
    return channels.get(value, {f"channel{post.account}/{post.second}": post.id for post in POSTS}.get(value, value))


def from_names(value):
    return {name: number for number, name in NAMES.items()}.get(value, value)


def from_rtweet(value):
    return value.removesuffix("99999") if value and len(value) < 12 else value


#: By format and file name: what writes it, what it states, its ids back to ours, and actions that it cannot tell.
FORMATS = {
    "x-v2 page.jsonl": (x_v2_page, ALL, plain, {}),
    "x-v2 flat.jsonl": (x_v2_flat, ALL, plain, {}),
    "x-v1 a.jsonl": (x_v1, ALL, plain, {}),
    "x-v1 mongo.json": (x_v1_of_a_database, ALL, plain, {}),
    "x-v1 mongo.jsonl": (x_v1_of_a_database, ALL, plain, {}),
    "x-v1 jq.json": (x_v1_of_jq, ALL, plain, {}),
    "x-v1 jq.jsonl": (x_v1_of_jq, ALL, plain, {}),
    "x-v1 search.json": (x_v1_search, ALL, plain, {}),
    "4cat a.ndjson": (fourcat, ALL, plain, {}),
    "snscrape a.jsonl": (snscrape, ALL, plain, {}),
    "twarc-csv a.csv": (twarc_csv, ALL, plain, {}),
    "academictwitter a.csv": (academictwitter, ANY, plain, {}),
    "rtweet a.csv": (rtweet, ALL, from_rtweet, {}),
    "x-release a.csv": (x_release, ALL, plain, {}),
    "4cat-csv a.csv": (fourcat_csv, ALL - {"target_post_id"}, plain, {}),
    "nodexl a.csv": (nodexl, ALL, from_names, {}),
    "hoaxy a.csv": (hoaxy, {"post_id", "target_account_id", "urls"}, plain, {}),
    "canonical a.jsonl": (canonical_jsonl, ALL, plain, {}),
    "canonical a.csv": (canonical_csv, ALL, plain, {}),
    "canonical r.csv": (table_of_r, ALL, plain, {}),
    "bluesky jetstream.jsonl": (jetstream, ANY, from_sky, {}),
    "bluesky records.json": (sky_records, ANY, from_sky, {}),
    "bluesky feed.json": (sky_feed, ALL, from_sky, {}),
    "mastodon a.jsonl": (mastodon, ALL, from_mastodon, {}),
    "telegram a.jsonl": (telethon, ANY, from_telegram, {"quote": "post"}),
}
