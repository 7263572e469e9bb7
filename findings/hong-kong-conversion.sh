#!/bin/sh
# hanziconv 0.3.2, chinese-converter 1.1.1, OpenCC 1.4.2: copies from Hong Kong or Taiwan are other texts in Simplified.
#
# Guess: of posts that differ in nothing but the characters of the mainland, Taiwan and Hong Kong, each of these tools
# makes one text in Simplified characters, and leaves what is Simplified as it is.
# Seen: zhconv 1.4.3 with "zh-cn" does, for all eight. chinese-converter joins one of eight copies from Hong Kong,
# hanziconv four: they know the forms of Taiwan, not those that Hong Kong writes for inside, line, say, noodles, health
# (of its own Department of Health), crowd and peak. Both change "famous" in a text that is Simplified already. OpenCC
# leaves the Taiwanese form of "along" with "t2s", its plain setting, and with "hk2s", and the health of Hong Kong with
# "t2s" and "tw2s": a post does not say which it needs. A campaign that writes for readers on all sides has two or
# three texts for one, and short ones are far apart. zhconv with "zh-cn" joined them.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q opencc==1.4.2 zhconv==1.4.3 hanziconv==0.3.2 chinese-converter==1.1.1 \
    setuptools==80.9.0 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import chinese_converter
import opencc
import zhconv
from hanziconv import HanziConv

POSTS = [  # mainland, Taiwan, Hong Kong
    ("请大家转发，让更多人看到码头里面发生的事", "請大家轉發，讓更多人看到碼頭裡面發生的事", "請大家轉發，讓更多人看到碼頭裏面發生的事"),
    ("他们沿着海边走，看着船开走", "他們沿著海邊走，看著船開走", "他們沿着海邊走，看着船開走"),
    ("卫生署说这里的水没有问题", "衛生署說這裡的水沒有問題", "衞生署説這裏的水沒有問題"),
    ("地铁在港岛线停了三个小时", "地鐵在港島線停了三個小時", "地鐵在港島綫停了三個小時"),
    ("群众的温度计是谁买的？", "群眾的溫度計是誰買的？", "羣眾的温度計是誰買的？"),
    ("他们只给工人吃面包", "他們只給工人吃麵包", "他們只給工人吃麪包"),
    ("峰会之后，市长为工人干杯", "峰會之後，市長為工人乾杯", "峯會之後，市長為工人乾杯"),
    ("工会的著名作家在这里被捕", "工會的著名作家在這裡被捕", "工會的著名作家在這裏被捕"),
]
tools = {"zhconv zh-cn": lambda text: zhconv.convert(text, "zh-cn"), "hanziconv": HanziConv.toSimplified,
         "chinese-converter": chinese_converter.to_simplified}
tools |= {f"OpenCC {name}": opencc.OpenCC(name).convert for name in ("t2s", "tw2s", "hk2s")}
found = {name: [sum(convert(mainland) == mainland for mainland, *_ in POSTS),
                *(sum(convert(post[0]) == convert(post[place]) for post in POSTS) for place in (1, 2))]
         for name, convert in tools.items()}
print("of eight: Simplified left as it is, copies from Taiwan and from Hong Kong found:", found)
assert found == {"zhconv zh-cn": [8, 8, 8], "hanziconv": [7, 8, 4], "chinese-converter": [7, 8, 1],
                 "OpenCC t2s": [8, 7, 7], "OpenCC tw2s": [8, 8, 7], "OpenCC hk2s": [8, 7, 8]}
PY
