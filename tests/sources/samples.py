"""One small, made-up file of each format, in the shape of real ones, and what it says."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import strategies as st

import cib

#: A time, and the ids of posts of X made 0.25, 1.5 and 2.75 seconds after it.
NOON = 1_577_880_000
FIRST, SECOND, THIRD = (str(((NOON * 1000 + ms - 1_288_834_974_657) << 22) + 5) for ms in (250, 1500, 2750))
TIMES = [datetime.fromtimestamp(NOON, UTC) + timedelta(milliseconds=ms) for ms in (250, 1500, 2750)]
#: What the posts of X do.
X = [
    ("101", FIRST, "post", None, None),
    ("102", SECOND, "retweet", FIRST, "101"),
    ("102", THIRD, "reply", FIRST, "101"),
]
#: Forty rows that repeat and act on each other.
ROWS = pl.DataFrame(
    {
        "account_id": [f"a{k % 7}" for k in range(40)],
        "post_id": [f"p{k % 35}" for k in range(40)],
        "action": ["retweet", "post"] * 20,
        "created_at": [NOON + k % 35 for k in range(40)],
        "target_post_id": [f"p{k % 5}" if k % 2 == 0 else None for k in range(40)],
    }
)
IDS = ("account_id", "post_id", "action", "target_post_id", "target_account_id")


def read(source, **options):
    return cib.read(source, progress=False, **options)


def acts(source, **options):
    """Who did what to whom."""
    return read(source, **options).posts_table.select(IDS).rows()


SCHEMA = {
    "account_id": pl.String,
    "post_id": pl.String,
    "action": pl.String,
    "created_at": pl.Int64,
    "target_post_id": pl.String,
    "target_account_id": pl.String,
    "text": pl.String,
    "hashtags": pl.List(pl.String),
}


def frame(rows):
    """Rows with any of our columns; what is missing is null, but for a post by `a` at noon."""
    usual = {"account_id": "a", "action": "post", "created_at": NOON}
    return pl.DataFrame([{**dict.fromkeys(SCHEMA), **usual, **row} for row in rows], schema=SCHEMA)


def read_rows(rows, **options):
    return read(rows if isinstance(rows, pl.DataFrame) else frame(rows), **options)


#: Rows of which some are kept, some dropped, and some repeat or contradict others.
ANY_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.sampled_from(["a", "b", "c", "[deleted]", "", None]),
            "post_id": st.sampled_from(["1", "2", "3", "4", "5", None]),
            "action": st.sampled_from(["post", "RT", "mention", "reply", None]),
            "created_at": st.sampled_from([NOON, NOON + 1, NOON + 60, 17, None]),
            "target_post_id": st.sampled_from(["1", "2", "9", None]),
            "target_account_id": st.sampled_from(["a", "d", "[deleted]", None]),
            "text": st.sampled_from(["x", "y", "", None]),
            "hashtags": st.sampled_from([None, [], ["x"], ["x", "y"]]),
        }
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: [*rows, {"post_id": "good"}])


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def table(columns, *rows):
    file = io.StringIO()
    writer = csv.DictWriter(file, columns.split(), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def v2_user(number, name):
    metrics = {"followers_count": 10 * number, "following_count": 2, "tweet_count": 3, "listed_count": 0}
    return {"id": str(number), "username": name, "name": name, "created_at": "2015-01-01T00:00:00.000Z",
            "description": "", "public_metrics": metrics}  # fmt: skip


ANN, BEN = v2_user(101, "ann"), v2_user(102, "ben")
V2_POST = {
    "id": FIRST, "author_id": "101", "created_at": "2020-01-01T12:00:00.000Z", "text": "see #This https://t.co/x",
    "lang": "en", "source": "web", "conversation_id": FIRST, "public_metrics": {"like_count": 0},
    "entities": {"hashtags": [{"start": 4, "end": 9, "tag": "This"}], "mentions": [{"username": "Ben"}],
                 "urls": [{"url": "https://t.co/x", "expanded_url": "https://a.org/x,y"}]},
}  # fmt: skip
V2_RETWEET = {
    "id": SECOND, "author_id": "102", "created_at": "2020-01-01T12:00:01.000Z", "text": "RT @ann: see #Th...",
    "conversation_id": SECOND, "public_metrics": {"like_count": 0},
    "referenced_tweets": [{"type": "retweeted", "id": FIRST}],
}  # fmt: skip
V2_REPLY = {
    "id": THIRD, "author_id": "102", "created_at": "2020-01-01T12:00:02.000Z", "text": "@ann yes",
    "conversation_id": FIRST, "in_reply_to_user_id": "101", "public_metrics": {"like_count": 1},
    "referenced_tweets": [{"type": "replied_to", "id": FIRST}],
}  # fmt: skip
TWARC = {"__twarc": {"version": "2", "retrieved_at": "2020-01-02T00:00:00+00:00"}}
X_V2_PAGE = lines(
    {"data": [V2_POST, V2_RETWEET, V2_REPLY], "includes": {"users": [ANN, BEN], "tweets": [V2_POST]},
     "meta": {"result_count": 3}, **TWARC},
)  # fmt: skip
_FLAT_POST = {**V2_POST, "author": ANN, "entities": {**V2_POST["entities"], "mentions": [{"username": "Ben", **BEN}]}}
X_V2_FLAT = lines(
    {**_FLAT_POST, **TWARC},
    {**V2_RETWEET, "author": BEN, "referenced_tweets": [{"type": "retweeted", **_FLAT_POST}], **TWARC},
    {**V2_REPLY, "author": BEN, "referenced_tweets": [{"type": "replied_to", **_FLAT_POST}], **TWARC},
)
TWARC_CSV = table(
    "id referenced_tweets.replied_to.id referenced_tweets.retweeted.id referenced_tweets.quoted.id author_id "
    "in_reply_to_user_id retweeted_user_id quoted_user_id created_at text lang source entities.hashtags "
    "entities.mentions entities.urls author.id author.created_at author.username "
    "author.public_metrics.followers_count __twarc.retrieved_at",
    {"id": FIRST, "author_id": "101", "created_at": "2020-01-01T12:00:00.000Z", "text": "see, #This", "lang": "en",
     "source": "web", "entities.hashtags": '["#This"]', "entities.mentions": '["@Ben"]', "author.id": "101",
     "entities.urls": '["https://a.org/x,y"]', "author.public_metrics.followers_count": "1010.0",
     "author.username": "ann"},
    {"id": SECOND, "author_id": "102", "created_at": "2020-01-01T12:00:01.000Z", "text": "see, #This",
     "referenced_tweets.retweeted.id": FIRST, "retweeted_user_id": "101", "author.id": "102",
     "entities.hashtags": '["#This"]'},
    {"id": THIRD, "author_id": "102", "created_at": "2020-01-01T12:00:02.000Z", "text": "@ann yes", "author.id": "102",
     "referenced_tweets.replied_to.id": FIRST, "in_reply_to_user_id": "101"},
)  # fmt: skip


def v1_user(number, name):
    return {"id": number, "id_str": str(number), "screen_name": name, "created_at": "Thu Jan 01 00:00:00 +0000 2015",
            "followers_count": 10 * number, "friends_count": 2, "statuses_count": 3}  # fmt: skip


def v1_post(number, second, text, user, **more):
    return {"created_at": f"Wed Jan 01 12:00:0{second} +0000 2020", "id": int(number), "id_str": number, "text": text,
            "source": '<a href="http://x.com">web</a>', "user": user, "lang": "en", "entities": {}, **more}  # fmt: skip


V1_POST = v1_post(
    FIRST, 0, "see...", v1_user(101, "ann"), truncated=True, extended_tweet={
        "full_text": "see #This https://t.co/x",
        "entities": {"hashtags": [{"text": "This"}], "urls": [{"url": "t", "expanded_url": "https://a.org/x,y"}],
                     "user_mentions": [{"id": 102, "id_str": "102", "screen_name": "ben"}]}})  # fmt: skip
X_V1 = lines(
    V1_POST,
    v1_post(SECOND, 1, "RT @ann: see...", v1_user(102, "ben"), retweeted_status=V1_POST),
    v1_post(THIRD, 2, "@ann yes", v1_user(102, "ben"), in_reply_to_status_id_str=FIRST, in_reply_to_user_id_str="101"),
)

ANA, BOB = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"
SKY = f"at://{ANA}/app.bsky.feed.post/3one"
SKY_POST = {
    "$type": "app.bsky.feed.post", "createdAt": "2020-01-01T12:00:00.100Z", "text": "see", "langs": ["en"],
    "facets": [{"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "This"},
                             {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.org/x,y"},
                             {"$type": "app.bsky.richtext.facet#mention", "did": BOB}]}],
}  # fmt: skip
SKY_REPOST = {"createdAt": "2020-01-01T12:00:01.100Z", "subject": {"uri": SKY, "cid": "c"}}
SKY_REPLY = {
    "createdAt": "2020-01-01T12:00:02.100Z", "text": "yes", "reply": {"root": {"uri": SKY}, "parent": {"uri": SKY}},
}  # fmt: skip


def sky_event(did, second, collection, rkey, record=None, operation="create"):
    commit = {"rev": "r", "operation": operation, "collection": f"app.bsky.feed.{collection}", "rkey": rkey}
    commit |= {"record": record, "cid": "c"} if record else {}
    time = NOON * 1_000_000 + round(second * 1e6)
    return {"did": did, "time_us": time, "kind": "commit", "commit": commit}


def sky_frame(event):
    payload = {"$type": "network.bsky.jetstream.subscribeEvents#commit", "did": event["did"], "seq": 1,
               "time": f"2020-01-01T12:00:0{(event['time_us'] / 1e6 - NOON):.6f}Z", **event["commit"]}  # fmt: skip
    return {"$type": "message", "payload": payload}


_EVENTS = (
    sky_event(ANA, 0.25, "post", "3one", SKY_POST),
    sky_event(BOB, 1.5, "repost", "3two", SKY_REPOST),
    sky_event(BOB, 2.75, "post", "3three", SKY_REPLY),
)
BLUESKY = lines(*_EVENTS)
BLUESKY_V2 = lines(*map(sky_frame, _EVENTS))
BLUESKY_RECORDS = lines(
    {"uri": SKY, "cid": "c", "value": SKY_POST},
    {"uri": f"at://{BOB}/app.bsky.feed.repost/3two", "cid": "c", "value": SKY_REPOST},
    {"uri": f"at://{BOB}/app.bsky.feed.post/3three", "cid": "c", "author": {"did": BOB, "handle": "bob.example"},
     "record": SKY_REPLY, "indexedAt": "2020-01-01T12:00:03Z"},
)  # fmt: skip


def mastodon_account(number, acct):
    return {"id": number, "acct": acct, "url": f"https://one.example/@{acct}", "display_name": acct, "note": "<p>x</p>",
            "created_at": "2019-01-01T00:00:00.000Z", "followers_count": 5, "following_count": 2,
            "statuses_count": 3}  # fmt: skip


_ANA, _BOB = mastodon_account("1", "ana"), mastodon_account("2", "bob@two.example")
_TOOT = {
    "id": "11", "uri": "https://one.example/1", "created_at": "2020-01-01T12:00:00.250Z", "account": _ANA,
    "content": "<p>see<br>this &amp; that</p>", "language": "en", "reblog": None, "in_reply_to_account_id": None,
    "tags": [{"name": "This"}], "card": {"url": "https://a.org/x,y"}, "quote": None, "application": {"name": "web"},
    "mentions": [{"id": "2", "acct": "bob@two.example", "url": "https://two.example/@bob"}],
}  # fmt: skip
_BOOST = {"id": "12", "uri": "https://two.example/2", "created_at": "2020-01-01T12:00:01.500Z", "account": _BOB,
          "content": "", "reblog": _TOOT, "mentions": [], "tags": []}  # fmt: skip
_ANSWER = {"id": "13", "uri": "https://two.example/3", "created_at": "2020-01-01T12:00:02.750Z", "account": _BOB,
           "content": "<p>yes</p>", "in_reply_to_id": "11", "in_reply_to_account_id": "1", "tags": [],
           "mentions": [{"id": "1", "acct": "ana", "url": "https://one.example/@ana"}]}  # fmt: skip
MASTODON = json.dumps([_TOOT, _BOOST, _ANSWER], indent=1).encode()

TELEGRAM = json.dumps({
    "name": "News", "type": "public_channel", "id": 77, "messages": [
        {"id": 1, "type": "service", "date": "2020-01-01T13:00:00", "date_unixtime": f"{NOON}", "action": "x"},
        {"id": 2, "type": "message", "date": "2020-01-01T13:00:00", "date_unixtime": f"{NOON}", "from": "Ana",
         "from_id": "user101", "text": ["see ", {"type": "hashtag", "text": "#This"}],
         "text_entities": [{"type": "plain", "text": "see "}, {"type": "hashtag", "text": "#This"},
                           {"type": "text_link", "text": "here", "href": "https://a.org/x,y"}]},
        {"id": 3, "type": "message", "date": "2020-01-01T13:00:01", "date_unixtime": f"{NOON + 1}", "from": "News",
         "from_id": "channel77", "forwarded_from": "Elsewhere", "text": "words"},
        {"id": 4, "type": "message", "date": "2020-01-01T13:00:02", "date_unixtime": f"{NOON + 2}", "from": "Ben",
         "from_id": "user102", "reply_to_message_id": 2, "text": "yes"},
    ]}, indent=1).encode()  # fmt: skip
TELETHON = lines(
    {"_": "Message", "id": 2, "peer_id": {"channel_id": 77}, "from_id": {"user_id": 101}, "date": NOON,
     "message": "see #This", "fwd_from": None, "_sender": {"id": 101, "username": "ana"},
     "media": {"webpage": {"url": "https://a.org/x,y"}}},
    {"_": "Message", "id": 3, "peer_id": {"channel_id": 77}, "date": NOON + 1.0, "message": "words",
     "fwd_from": {"from_id": {"channel_id": 88}, "channel_post": 9, "date": NOON - 60.0}},
    {"_": "Message", "id": 4, "peer_id": {"channel_id": 77}, "from_id": {"user_id": 102}, "date": NOON + 2,
     "message": "yes", "reply_to": {"reply_to_msg_id": 2}},
)  # fmt: skip


def captured(number, second, text, user, name, **more):
    legacy = {"id_str": number, "user_id_str": user, "created_at": f"Wed Jan 01 12:00:0{second} +0000 2020",
              "full_text": text, "lang": "en", "conversation_id_str": FIRST, "entities": {}, **more}  # fmt: skip
    result = {"core": {"screen_name": name}, "legacy": {"followers_count": 10}}
    return {"rest_id": number, "core": {"user_results": {"result": result}}, "legacy": legacy, "source": "<a>web</a>"}


_CAPTURED = captured(
    FIRST, 0, "see #This", "101", "ann", entities={
        "hashtags": [{"text": "This"}], "urls": [{"expanded_url": "https://a.org/x,y"}],
        "user_mentions": [{"id_str": "102", "screen_name": "ben"}]})  # fmt: skip
FOURCAT = lines(
    _CAPTURED,
    {"source_platform": "x.com", "data": captured(SECOND, 1, "RT @ann: see", "102", "ben",
                                                  retweeted_status_result={"result": {"tweet": _CAPTURED}})},
    captured(THIRD, 2, "@ann yes", "102", "ben", in_reply_to_status_id_str=FIRST, in_reply_to_user_id_str="101"),
)  # fmt: skip
FOURCAT_CSV = table(
    "id thread_id timestamp unix_timestamp body author author_id source language_guess is_retweet retweeted_user "
    "is_quote_tweet is_reply hashtags urls mentions",
    {"id": FIRST, "thread_id": FIRST, "timestamp": "2020-01-01 12:00:00", "unix_timestamp": NOON, "body": "see #This",
     "author": "ann", "author_id": "101", "is_retweet": "no", "is_quote_tweet": "no", "is_reply": "no",
     "hashtags": "This,That", "urls": "https://a.org/x,y,https://b.org", "mentions": "ben"},
    {"id": SECOND, "thread_id": SECOND, "timestamp": "2020-01-01 12:00:01", "unix_timestamp": NOON + 1,
     "body": "RT @ann: see #This", "author": "ben", "author_id": "102", "is_retweet": "yes", "retweeted_user": "ann"},
    {"id": THIRD, "thread_id": FIRST, "timestamp": "2020-01-01 12:00:02", "unix_timestamp": NOON + 2, "body": "yes",
     "author": "ben", "author_id": "102", "is_retweet": "no", "is_quote_tweet": "no", "is_reply": "yes"},
)  # fmt: skip

QUT = table(
    "message_id user_id username repost_id reply_id message timestamp urls",
    {"message_id": "1", "user_id": "101", "message": "see", "timestamp": NOON, "urls": "https://a.org/x,y http://b.org"},
    {"message_id": "2", "user_id": "102", "repost_id": "1", "message": "see", "timestamp": NOON + 1.5,
     "urls": "['https://a.org/x,y']"},
    {"message_id": "3", "user_id": "102", "reply_id": "1", "message": "yes", "timestamp": NOON + 2},
)  # fmt: skip
SHARES = table(
    "object_id account_id content_id timestamp_share",
    *({"object_id": "https://a.org/x,y", "account_id": f"10{k}", "content_id": f"c{k}", "timestamp_share": NOON + k}
      for k in range(3)),
)  # fmt: skip
X_RELEASE = table(
    "tweetid userid user_screen_name tweet_time tweet_text is_retweet retweet_userid retweet_tweetid "
    "in_reply_to_userid in_reply_to_tweetid quoted_tweet_tweetid hashtags urls user_mentions",
    {"tweetid": FIRST, "userid": "101", "tweet_time": "2020-01-01 12:00", "tweet_text": "see", "is_retweet": "False",
     "hashtags": "['This']", "urls": "[https://a.org/x,y]", "user_mentions": "['102']"},
    {"tweetid": SECOND, "userid": "102", "tweet_time": "2020-01-01 12:00", "tweet_text": "RT", "is_retweet": "True",
     "retweet_userid": "101", "retweet_tweetid": FIRST},
    {"tweetid": THIRD, "userid": "102", "tweet_time": "2020-01-01 12:00", "tweet_text": "yes", "is_retweet": "False",
     "in_reply_to_userid": "101", "in_reply_to_tweetid": FIRST},
)  # fmt: skip
CANONICAL = table(
    "account_id post_id action created_at target_post_id target_account_id text",
    {"account_id": "101", "post_id": "1", "action": "post", "created_at": "2020-01-01T12:00:00.25Z",
     "text": "see\nthis"},
    {"account_id": "102", "post_id": "2", "action": "retweet", "created_at": "2020-01-01T12:00:01.5Z",
     "target_post_id": "1"},
    {"account_id": "102", "post_id": "3", "action": "reply", "created_at": "2020-01-01T12:00:02.75Z",
     "target_post_id": "1", "text": 'say "yes", or'},
)  # fmt: skip
CANONICAL_JSONL = lines(
    *({"account_id": f"a{k}", "post_id": k, "created_at": NOON + k, "hashtags": ["x", f"é{k}"]} for k in range(3))
)


def scraped(number, second, text, user, name, **more):
    return {"_type": "snscrape.modules.twitter.Tweet", "id": int(number), "date": f"2020-01-01T12:00:0{second}+00:00",
            "rawContent": text, "user": {"id": user, "username": name, "followersCount": 10}, **more}  # fmt: skip


_SCRAPED = scraped(FIRST, 0, "see #This", 101, "ann", hashtags=["This"], links=[{"url": "https://a.org/x,y"}],
                   mentionedUsers=[{"id": 102, "username": "ben"}])  # fmt: skip
SNSCRAPE = lines(
    _SCRAPED,
    scraped(SECOND, 1, "RT @ann: see", 102, "ben", retweetedTweet=_SCRAPED),
    scraped(
        THIRD, 2, "@ann yes", 102, "ben", inReplyToTweetId=int(FIRST), inReplyToUser={"id": 101, "username": "ann"}
    ),
)
ACADEMICTWITTER = table(
    "tweet_id author_id user_username created_at text user_followers_count sourcetweet_type sourcetweet_id "
    "sourcetweet_author_id sourcetweet_text",
    *({"tweet_id": number, "author_id": user, "user_username": "a", "user_followers_count": "10", "text": "x",
       "created_at": f"2020-01-01T12:00:0{second}.000Z", "sourcetweet_type": kind, "sourcetweet_text": "NA",
       "sourcetweet_id": "NA" if kind == "NA" else FIRST, "sourcetweet_author_id": "NA" if kind == "NA" else "101"}
      for number, second, user, kind in ((FIRST, 0, 101, "NA"), (SECOND, 1, 102, "retweeted"),
                                         (THIRD, 2, 102, "replied_to"))),
)  # fmt: skip
_OF_RTWEET = "reply_to_status_id reply_to_user_id quoted_status_id quoted_user_id retweet_status_id retweet_user_id"
RTWEET = table(
    f"user_id status_id created_at screen_name text hashtags urls_expanded_url mentions_user_id {_OF_RTWEET}",
    *(dict.fromkeys(_OF_RTWEET.split(), "NA") | {
       "status_id": f"x{number}", "user_id": user, "text": "see", "hashtags": "NA",
       "created_at": f"2020-01-01 12:00:0{second}", "urls_expanded_url": "https://a.org/x,y", **more}
      for number, second, user, more in (
          (FIRST, 0, "101", {"hashtags": "This That", "mentions_user_id": "102"}),
          (SECOND, 1, "102", {"retweet_status_id": f"x{FIRST}", "retweet_user_id": "101"}),
          (THIRD, 2, "102", {"reply_to_status_id": f"x{FIRST}", "reply_to_user_id": "101"}))),
)  # fmt: skip
REDDIT = lines(
    {"id": "p1", "author": "ann", "created_utc": NOON, "title": "see", "selftext": "", "url": "https://a.org/x,y",
     "subreddit": "s", "is_self": False, "author_created_utc": NOON - 9},
    {"id": "p2", "author": "ben", "created_utc": f"{NOON + 1}", "title": "see", "subreddit": "t",
     "crosspost_parent": "t3_p1", "crosspost_parent_list": [{"author": "ann", "created_utc": NOON}]},
    {"id": "c1", "author": "ben", "created_utc": NOON + 2, "body": "yes", "subreddit": "s", "link_id": "t3_p1",
     "parent_id": "t3_p1"},
)  # fmt: skip


def comment(number, second, user, **more):
    return {"kind": "youtube#comment", "id": number, "snippet": {
        "authorChannelId": {"value": user}, "authorDisplayName": "x", "textOriginal": "nice", "textDisplay": "nice",
        "publishedAt": f"2020-01-01T12:00:0{second}Z", **more}}  # fmt: skip


YOUTUBE = lines(
    *({"kind": "youtube#commentThread", "id": f"U{k}", "snippet": {
        "videoId": "v1", "channelId": "UC9", "topLevelComment": comment(f"U{k}", k, f"UC{k}")}} for k in range(2)),
    comment("U1.1", 2, "UC0", parentId="U1", textDisplay='see <a href="https://a.org/x,y">a</a>'),
)  # fmt: skip
TIKTOK = lines(
    *({"id": 7_000_000_000_000_000_001 + k, "username": f"user{k}", "create_time": NOON + k, "region_code": "NL",
       "video_description": "dance #one", "hashtag_names": ["one"]} for k in range(2)),
    {"id": "7000000000000000009", "desc": "dance", "createTime": NOON + 2, "author": {"uniqueId": "user9"},
     "textExtra": [{"hashtagName": "one"}], "duetInfo": {"duetFromId": "7000000000000000001"}},
)  # fmt: skip
_THREADS = [
    {"code": f"C{k}", "pk": f"9{k}", "taken_at": NOON + k, "user": {"pk": f"10{k}", "username": f"user{k}"},
     "caption": {"text": "see #This"}} for k in range(3)
]  # fmt: skip
INSTAGRAM = lines(
    _THREADS[0],
    {"source_platform": "threads.net", "data": _THREADS[1] | {
        "text_post_app_info": {"share_info": {"quoted_post": _THREADS[0]}}}},
    _THREADS[2] | {"text_post_app_info": {"reply_to_author": {"pk": "100", "username": "user0"}}},
)  # fmt: skip
X_TABLE = table(
    "id id_str created_at user.id_str text source entities.hashtags in_reply_to_status_id_str in_reply_to_user_id_str "
    "retweeted_status.id_str retweeted_status.user.id_str quoted_status_id_str",
    {"id": FIRST, "id_str": FIRST, "created_at": "2020-01-01 12:00:00", "user.id_str": "101", "text": "see #This",
     "entities.hashtags": "[{'text': 'This', 'indices': [4, 9]}]", "source": "web"},
    {"id": SECOND, "id_str": SECOND, "created_at": "2020-01-01 12:00:01", "user.id_str": "102", "text": "RT",
     "retweeted_status.id_str": FIRST, "retweeted_status.user.id_str": "101"},
    {"id": THIRD, "id_str": THIRD, "created_at": "2020-01-01 12:00:02", "user.id_str": "102", "text": "yes",
     "in_reply_to_status_id_str": f"{FIRST}", "in_reply_to_user_id_str": "101.0"},
)  # fmt: skip
CROWDTANGLE = table(
    "Facebook~Id Page~Name URL Post~Created Message Link Followers~at~Posting",
    *({"Facebook~Id": f"10{k}", "Page~Name": "Page", "URL": f"https://facebook.example/{k}", "Message": "read, this",
       "Post~Created": f"2020-01-01 07:00:0{k} EST", "Link": "https://a.org/x,y", "Followers~at~Posting": "1,200"}
      for k in range(3)),
).replace(b"~", b" ")  # fmt: skip
HOAXY = table(
    "from_user_id to_user_id tweet_id tweet_created_at tweet_type is_mention canonical_url",
    *({"from_user_id": "101", "to_user_id": other, "tweet_id": number, "tweet_type": kind, "is_mention": "0",
       "tweet_created_at": f"2020-01-01T12:00:0{second}Z", "canonical_url": "https://a.org/x,y"}
      for number, second, other, kind in ((FIRST, 0, "101", "origin"), (SECOND, 1, "102", "retweet"),
                                          (THIRD, 2, "102", "quote"))),
)  # fmt: skip
NODEXL = table(
    "Vertex~1 Vertex~2 Relationship Relationship~Date~(UTC) Tweet Imported~ID Retweet~ID In-Reply-To~Tweet~ID",
    *({"Vertex~1": user, "Vertex~2": "ann", "Relationship": kind, "Imported~ID": number, "Tweet": "see",
       "Relationship~Date~(UTC)": f"2020-01-01 12:00:0{second}", "Retweet~ID": FIRST if kind == "Retweet" else "",
       "In-Reply-To~Tweet~ID": FIRST if kind == "Replies to" else ""}
      for number, second, user, kind in ((FIRST, 0, "ann", "Tweet"), (SECOND, 1, "ben", "Retweet"),
                                         (THIRD, 2, "ben", "Replies to"))),
).replace(b"~", b" ")  # fmt: skip

#: File name and content by format; each holds three posts.
SAMPLES = {
    "x-v2 page.jsonl": X_V2_PAGE,
    "x-v2 flat.jsonl": X_V2_FLAT,
    "twarc-csv a.csv": TWARC_CSV,
    "x-v1 a.jsonl": X_V1,
    "bluesky v1.jsonl": BLUESKY,
    "bluesky v2.jsonl": BLUESKY_V2,
    "bluesky records.jsonl": BLUESKY_RECORDS,
    "mastodon a.json": MASTODON,
    "telegram result.json": TELEGRAM,
    "telegram telethon.ndjson": TELETHON,
    "4cat a.ndjson": FOURCAT,
    "4cat-csv a.csv": FOURCAT_CSV,
    "qut a.csv": QUT,
    "shares a.csv": SHARES,
    "x-release a.csv": X_RELEASE,
    "snscrape a.jsonl": SNSCRAPE,
    "academictwitter a.csv": ACADEMICTWITTER,
    "rtweet a.csv": RTWEET,
    "reddit a.ndjson": REDDIT,
    "youtube a.jsonl": YOUTUBE,
    "tiktok a.jsonl": TIKTOK,
    "instagram a.ndjson": INSTAGRAM,
    "x-table a.csv": X_TABLE,
    "crowdtangle a.csv": CROWDTANGLE,
    "hoaxy a.csv": HOAXY,
    "nodexl a.csv": NODEXL,
    "canonical a.csv": CANONICAL,
    "canonical a.jsonl": CANONICAL_JSONL,
}
