#!/bin/sh
# youtube-comment-downloader 0.1.84: time_parsed is the time of the download less "2 years", not that of the comment.
#
# Guess: a Unix time with fractions of a second is when the comment was published, to a minute or so.
# Seen: the page says "2 years ago", and the field is now less two years, to the microsecond. Comments that may lie
# twelve months apart come out a hundredth of a second apart, in the order of the download; a second download moves them
# all. A window of seconds then finds that everybody acts together, and hours of the day are those of the collector.
# The text in "time" is all that is known. Comment times for such work come from the official interface.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q youtube-comment-downloader==0.1.84 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import json
import time
from types import SimpleNamespace

from youtube_comment_downloader import YoutubeCommentDownloader


def make_comment(number, published):
    return {"commentEntityPayload": {
        "properties": {"commentId": f"c{number}", "content": {"content": "the harbour is open"},
                       "publishedTime": published, "toolbarStateKey": "k"},
        "author": {"displayName": f"@a{number}", "channelId": f"UC{number}", "avatarThumbnailUrl": ""},
        "toolbar": {"likeCountNotliked": "", "replyCount": ""}}}


endpoint = {"commandMetadata": {"webCommandMetadata": {"apiUrl": "/next"}}, "continuationCommand": {"token": "t"}}
section = {"sectionIdentifier": "comment-item-section", "continuationItemRenderer": {"trigger": 1}}
first = {"itemSectionRenderer": section,
         "sortFilterSubMenuRenderer": {"subMenuItems": [{"serviceEndpoint": endpoint}] * 2}}
html = f"ytcfg.set({json.dumps({'INNERTUBE_CONTEXT': {}, 'INNERTUBE_API_KEY': ''})});"
html += f"var ytInitialData = {json.dumps(first)};</script>"
page = [make_comment(number, "2 years ago") for number in range(4)]
page.append({"engagementToolbarStateEntityPayload": {"key": "k"}})

downloader = YoutubeCommentDownloader()
downloader.session = SimpleNamespace(  # the pages of a made-up video instead of the network
    get=lambda url: SimpleNamespace(url=url, text=html),
    post=lambda *_, **__: SimpleNamespace(status_code=200, json=lambda: {"actions": page}))
times = [comment["time_parsed"] for comment in downloader.get_comments("harbour")]
again = [comment["time_parsed"] for comment in downloader.get_comments("harbour")]
years = (time.time() - times[0]) / (365.25 * 86400)
print(f"youtube-comment-downloader 0.1.84: {times}, {years:.2f} years ago, within {max(times) - min(times):.3f} s")
assert len(times) == 4 and abs(years - 2) < 0.01 and max(times) - min(times) < 10 and again[0] > times[-1]
PY
