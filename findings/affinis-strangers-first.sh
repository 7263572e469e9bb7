#!/bin/sh
# affinis 0.7.6 (relations from co-occurrence): 1,770 pairs that share nothing come before one that shares 50 posts.
#
# Guess: odds_ratio, yule_y and yule_q of accounts by the posts they shared put a pair with 50 of 100 posts in common
# first, and pairs with none in common last; smoothing by half a post only keeps divisions by zero away.
# Seen: of 1,000 posts, sixty accounts share one each and never the same. Each two of them have an odds ratio of 222 and
# a Yule's Y of 0.87; the pair with 50 of 100 in common has 17 and 0.61 and ranks 1,771st, one with 20 of 100 ranks
# 2,012th, after pairs with an account that it has nothing to do with. The half post is added to all four cells of the
# table, and (0.5 x 998.5) / (1.5 x 1.5) grows with the number of posts: with 10,000 it is 2,222. The cosine (ochiai)
# of those strangers is 0.25, above the 0.20 of the pair with 20 in common. With pseudocts=0 the order is right. In
# collected data most accounts have one post, so a threshold finds them all. Ask for pseudocts=0, or for co-actions.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q affinis==0.7.6 numpy==2.4.6 scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import affinis.associations as associations
import numpy as np

HALF, FIFTH, STRANGERS = (0, 1), (2, 3), (4, 5)


def make_posts(number):
    shares = np.zeros((number, 64))
    for account, first in enumerate((0, 50, 200, 280)):
        shares[first:first + 100, account] = 1
    shares[np.arange(500, 560), np.arange(4, 64)] = 1
    return shares


def rank_pairs(name, number=1000, **options):
    matrix = np.asarray(getattr(associations, name)(make_posts(number), **options))
    pairs = matrix[np.triu_indices(64, 1)]
    return [(round(float(matrix[pair]), 2), 1 + int((pairs > matrix[pair]).sum())) for pair in (HALF, FIFTH, STRANGERS)]


common = make_posts(1000).T @ make_posts(1000)
assert (common[HALF], common[FIFTH], common[4:, 4:].sum()) == (50, 20, 60)
found = {name: rank_pairs(name) for name in ("odds_ratio", "yule_y", "yule_q", "ochiai")}
more, without = rank_pairs("odds_ratio", 10_000)[2][0], {name: rank_pairs(name, pseudocts=0.0) for name in found}
print("affinis 0.7.6, value and rank of pairs with 50 and 20 of 100 in common and of two strangers:", found)
print(f"strangers among 10,000 posts: {more}; pseudocts=0: {without}")
assert found["odds_ratio"] == [(16.84, 1771), (2.6, 2012), (221.89, 1)] and more > 2200
assert [rank for _, rank in found["yule_y"]] == [rank for _, rank in found["yule_q"]] == [1771, 2012, 1]
assert [rank for _, rank in found["ochiai"]] == [1, 1772, 2]
assert all([rank for _, rank in each] == [1, 2, 3] for each in without.values())
PY
