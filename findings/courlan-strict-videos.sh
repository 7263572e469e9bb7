#!/bin/sh
# courlan 1.4.0 with strict=True turns every YouTube video into one address, and other addresses into wrong ones.
#
# Guess: strict drops parameters that track readers and keeps those that name the page, such as v= of a video.
# Seen: watch?v=one and watch?v=two both become https://www.youtube.com/watch; a Facebook post keeps id= (the page) and
# loses story_fbid= (the post). Only parameters of a short list stay. As key of shared links this connects everybody who
# posted any video; the default (strict=False) keeps them apart.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q courlan==1.4.0 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
from courlan import normalize_url

videos = ["https://www.youtube.com/watch?v=harbour0001", "https://www.youtube.com/watch?v=lantern0002&utm_source=a"]
posts = [f"https://www.facebook.com/permalink.php?id=5&story_fbid={number}" for number in (12, 13)]
for links in (videos, posts):
    loose = {normalize_url(link) for link in links}
    strict = {normalize_url(link, strict=True) for link in links}
    print(f"courlan 1.4.0: {sorted(loose)} become {sorted(strict)}")
    assert len(loose) == 2 and len(strict) == 1
PY
