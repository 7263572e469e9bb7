#!/bin/sh
# crawl4weibo 0.5.2: each who mentions an account names another one, links are gone, and so is what was reposted.
#
# Guess: at_users has names as topic_ids has topics, a post keeps the address that it links, and a repost of a deleted
# post keeps the number of that post.
# Seen: at_users is taken from the markup up to the next space, and a mention is followed by a colon or a comma, as in
# the "//@name:words" of a repost: one newspaper is named by three posts as "港口新闻</a>:请大家转发", "港口新闻</a>：看这里"
# and "港口新闻</a><br". Links become the words 网页链接 ("web link"); their addresses are nowhere, not in raw_data
# either, which is the parsed post. An original that was deleted or hidden has "user": null, so "retweeted_status" is
# missing, with a line in the log, though its number is in the answer. Nobody mentions the same account, all links are
# one text, and the reposts of a campaign that was taken down have nothing in common. Keep the answers of the site and
# read names, links and numbers from those.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --no-deps crawl4weibo==0.5.2 requests==2.34.2 urllib3==2.8.0 idna==3.20 \
    certifi==2026.10.19.post1 charset-normalizer==3.5.3 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - 2>/dev/null <<'PY'
from crawl4weibo.models.post import Post
from crawl4weibo.utils.parser import WeiboParser

TIME = "Tue Dec 01 09:00:00 +0800 2026"
NAME = "<a href='/n/港口新闻'>@港口新闻</a>"
TOPIC = '<a href="https://m.weibo.cn/search?q=%23%E6%B8%AF%E5%8F%A3%23"><span class="surl-text">#港口#</span></a>'


def make_card(number, text, **more):
    user = {"id": 1000 + number, "screen_name": f"account {number}"}
    mblog = {"id": str(number), "bid": f"b{number}", "user": user, "text": text, "created_at": TIME}
    return {"card_type": 9, "mblog": mblog | more}


def make_link(page):
    address = f"https://weibo.cn/sinaurl?u=https%3A%2F%2Fexample.org%2F{page}"
    return f'<a data-url="http://t.cn/{page}" href="{address}"><span class="surl-text">网页链接</span></a>'


deleted = {"id": "77", "user": None, "text": "抱歉，此微博已被作者删除。", "created_at": TIME}
kept = deleted | {"id": "88", "user": {"id": 9}, "text": "码头"}
cards = [make_card(1, f"{TOPIC} 支持//{NAME}:请大家转发 {make_link('a1')}"), make_card(2, f"{NAME}：看这里 {make_link('b2')}"),
         make_card(3, f"转发{NAME}<br />再说 {make_link('a1')}"), make_card(4, "转发微博", retweeted_status=deleted),
         make_card(5, "转发微博", retweeted_status=kept)]
answers, _ = WeiboParser().parse_posts({"data": {"cards": cards}})
posts = [Post.from_dict(answer) for answer in answers]
names, links = [post.at_users for post in posts[:3]], ["example.org" in repr(post) for post in posts]
originals = [(post.is_original, post.retweeted_status and post.retweeted_status.id) for post in posts[3:]]
print("crawl4weibo 0.5.2: topics", posts[0].topic_ids, "mentions", names, "addresses kept", links)
print("originals", originals)
assert posts[0].topic_ids == ["港口"] and posts[0].text.endswith("网页链接") and posts[1].text.endswith("网页链接")
assert names == [["港口新闻</a>:请大家转发"], ["港口新闻</a>：看这里"], ["港口新闻</a><br"]]
assert not any(links) and "77" not in repr(posts[3])
assert originals == [(False, None), (False, "88")]
PY
