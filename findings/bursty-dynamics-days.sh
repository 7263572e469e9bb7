#!/bin/sh
# bursty-dynamics 0.1.7: train_scores() counts gaps in whole days: posts of one day have no burstiness, others a wrong one.
#
# Guess: the scores of a train of posts are those that calculate_scores() gives for the same posts, whatever unit the
# trains were found in.
# Seen: calculate_scores() takes gaps in minutes with fractions: -0.97 for a post every half hour, 0.45 for five posts
# a minute apart and a pause. train_scores() gives NaN for both, after train_detection(..., time_unit="minutes") too:
# it cuts each gap to whole days, all are 0, and 0/0 is nothing. An account that posts every 23 and 25 hours in turn, as
# regular as a clock (-0.93), becomes 0.00, which is a random (Poisson) one. Rows with NaN drop out of means and plots;
# what is left are slow accounts with numbers of another scale. Score each train by calculate_scores() on its own rows.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q bursty-dynamics==0.1.7 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import numpy as np
import pandas as pd
from bursty_dynamics import calculate_scores
from bursty_dynamics.trains import train_detection, train_scores

draw = np.random.default_rng(1)
minutes = {
    "half hours": 30 + draw.uniform(-1, 1, 60),
    "bursts": np.tile([1, 1, 1, 1, 1, 175], 10),
    "23 and 25 hours": np.tile([23 * 60, 25 * 60], 20),
}
posts = pd.concat(
    pd.DataFrame({"account": name, "time": pd.Timestamp("2026-01-01") + pd.to_timedelta(gaps.cumsum(), unit="m")})
    for name, gaps in minutes.items()
)
trains = train_detection(posts.copy(), "account", "time", max_iet=2000, time_unit="minutes")
assert len(trains) == len(posts) and set(trains.train_id) == {1}
whole = calculate_scores(posts.copy(), "account", "time").set_index("account").BP.round(2).to_dict()
scores = train_scores(trains, "account", "time").set_index("account").BP.round(2).to_dict()
print(f"bursty-dynamics 0.1.7: calculate_scores {whole}; train_scores {scores}")
assert whole == {"23 and 25 hours": -0.93, "bursts": 0.45, "half hours": -0.97}
assert np.isnan(scores["bursts"]) and np.isnan(scores["half hours"]) and abs(scores["23 and 25 hours"]) < 0.01
PY
