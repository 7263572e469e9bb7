#!/bin/sh
# bitig 0.3.1 (stylometry): General Imposters verify every text of a stranger, if the candidate has three known texts.
#
# Guess: where all texts are drawn from the same words, the score is about 0.5, which the result itself states as
# chance, and about half of a stranger's texts reach the threshold of 0.5, however many texts of the candidate are
# known.
# Seen: with one known text and one of each of twenty others the mean score is 0.51. With three known texts it is 0.82,
# with thirty 0.97, all the stranger's texts are "verified", and "chance" is still 0.5: a candidate is the mean of the
# known texts, and a mean of many lies nearer to anything than a single text does. The more is known of somebody, the
# more that person wrote. With as many texts of each of the others it is 0.5 again. GeneralImpostors of bitig.forensic,
# whose impostors are single texts, goes from 0.2 to 0.9 in the same way with relative frequencies. A suspect with a
# long history is linked to every new account. Give each impostor as many texts as the candidate.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q bitig==0.3.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 pandas==3.1.1 \
    >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import string
from dataclasses import replace

import numpy as np
from bitig.corpus import Corpus, Document
from bitig.features import MFWExtractor
from bitig.forensic import GeneralImpostors
from bitig.methods.imposters import GeneralImposters

draw = np.random.default_rng(1)
WORDS = ["".join(draw.choice(list(string.ascii_lowercase), 6)) for _ in range(400)]
SHARES = 1 / np.arange(1, 401) / (1 / np.arange(1, 401)).sum()


def write(name, author):
    return Document(id=name, text=" ".join(draw.choice(WORDS, 400, p=SHARES)), metadata={"author": author})


def verify(known, others, of_each):
    scores, verified = [], []
    for _ in range(5):
        texts = [write(f"known {number}", "ann") for number in range(known)]
        texts += [write(f"{other} {number}", f"other {other}") for other in range(others) for number in range(of_each)]
        asked = [f"asked {number}" for number in range(10)]
        texts += [write(name, "stranger") for name in asked]
        result = GeneralImposters(target_ids=asked, candidate="ann", group_by="author").fit_transform(Corpus(texts))
        assert result.values["chance"] == result.values["threshold"] == 0.5
        scores += result.values["scores"].values()
        verified += result.tables[0]["verified"].tolist()
    return round(float(np.mean(scores)), 2), float(np.mean(verified))


def verify_forensic(known):
    scores = []
    for seed in range(20):
        corpus = Corpus([write(f"text {number}", "") for number in range(known + 31)])
        table = MFWExtractor(n=200, scale="none").fit_transform(corpus)
        parts = [replace(table, X=table.X[part], document_ids=table.document_ids[part])
                 for part in (slice(0, 1), slice(1, known + 1), slice(known + 1, None))]
        result = GeneralImpostors(seed=seed).verify(questioned=parts[0], known=parts[1], impostors=parts[2])
        scores.append(result.values["score"])
    return round(float(np.mean(scores)), 2)


one_each = {known: verify(known, 20, 1) for known in (1, 3, 30)}
as_many = {known: verify(known, 5, known) for known in (3, 30)}
forensic = {known: verify_forensic(known) for known in (1, 3, 30)}
print(f"bitig 0.3.1, texts of a stranger, chance stated as 0.5: (mean score, share verified) by known texts of the",
      f"candidate {one_each}; with as many of each other {as_many}; bitig.forensic, mean score {forensic}")
assert 0.35 < one_each[1][0] < 0.65 and one_each[3][0] > 0.75 and one_each[30][0] > 0.9
assert one_each[3][1] > 0.9 and one_each[30][1] == 1.0
assert all(0.3 < score < 0.7 for score, _ in as_many.values())
assert forensic[1] < 0.3 and forensic[30] > 0.75
PY
