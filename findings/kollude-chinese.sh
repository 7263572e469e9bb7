#!/bin/sh
# kollude 0.4.0 (coordinated swarms in logs): forty accounts with one Chinese or Japanese text are no cluster at all.
#
# Guess: forty accounts that post the same words within forty minutes are one cluster in every script; its templates
# treat letters of all scripts alike, and five accounts are enough by default.
# Seen: in English, Korean and Hindi all posts are coordinated and one cluster of forty; in Chinese and Japanese the
# share is 0.0 and there is no cluster and no warning. A template needs four words (min_tokens) and spaces or
# punctuation divide them, so a sentence of fifty characters is one word and its post is left out as too short. Thai is
# found only since each vowel sign above a letter counts as a space. With min_tokens=1 the two are found, and so are
# forty accounts that wish a "good morning". A comparison of languages says that nobody in China or Japan is
# coordinated. Cut such texts into words first.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q kollude==0.4.0 pandas==3.1.1 numpy==2.4.6 pyarrow==26.0.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import kollude

TEXTS = {
    "English": "We all stand with the harbour workers of our city and nobody will ever take their pier away",
    "Korean": "우리는 모두 우리 도시의 항구 노동자들을 지지하며 아무도 그들의 부두를 빼앗을 수 없습니다",
    "Hindi": "हम सब अपने शहर के बंदरगाह मजदूरों के साथ खड़े हैं और कोई उनका घाट नहीं छीन सकता",
    "Thai": "พวกเราทุกคนยืนเคียงข้างคนงานท่าเรือของเมืองนี้และไม่มีใครจะมาแย่งท่าเรือไปจากพวกเขาได้",
    "Chinese": "我们都支持我们城市的港口工人，任何人都不能夺走他们的码头，请大家转发让更多的人看到今天发生的事情",
    "Japanese": "私たちは皆この町の港で働く人たちを支持します誰も彼らの桟橋を奪うことはできませんこの投稿を広めてください",
}


def find_clusters(text, **params):
    posts = [{"id": number, "author": f"account {number}", "text": text, "created_at": f"2026-01-01T00:{number:02}:00Z"}
             for number in range(40)]
    result = kollude.scan(kollude.from_records(posts), kollude.ScanParams(**params))
    assert result.summary["n_events"] == 40
    return result.summary["coordinated_event_share"], [cluster["n_actors"] for cluster in result.clusters]


found = {language: find_clusters(text) for language, text in TEXTS.items()}
TEXTS["greeting"] = "Good morning!"
shorter = {name: find_clusters(TEXTS[name], min_tokens=1) for name in ("Chinese", "Japanese", "greeting")}
print(f"kollude 0.4.0, share of coordinated posts and sizes of clusters: {found}; with min_tokens=1 {shorter}")
assert all(found[language] == (1.0, [40]) for language in ("English", "Korean", "Hindi", "Thai"))
assert all(found[language] == (0.0, []) for language in ("Chinese", "Japanese"))
assert all(each == (1.0, [40]) for each in shorter.values())
PY
