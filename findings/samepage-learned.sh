#!/bin/sh
# samepage 0.1.1 (MIQPS): the parameters that it is told to learn change no address; ?src= and ?source= always go.
#
# Guess: learned={"forum.example": {"t"}} says which parameters name a page there, so that the others (sid=) go, which
# is what the method after which it is named is for; what is learned or on the list of a site is kept.
# Seen: of eight addresses none comes out differently with learned=, with allowlist=, or with both: what is on no list
# stays whatever is known (so that one topic of a forum is a link for each visitor), and names of a fixed list go on
# every site, learned or not: photos?src=12 and photos?src=13 become one page. Names that are written in capitals in
# that list (hsCtaTracking, trkCampaign) never match and stay. A table of learned parameters, which costs a browser run
# per site, is without effect, and nothing says so. Remove parameters oneself, or name them in extra_blocklist.
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q samepage==0.1.1 >/dev/null 2>&1
"$folder/venv/bin/python" - <<'PY'
from samepage import MIQPSNormalizer

known = {"forum.example": frozenset({"t"}), "photos.example": frozenset({"src"})}
normalizers = {
    "default": MIQPSNormalizer(),
    "learned": MIQPSNormalizer(learned=known),
    "allowlist": MIQPSNormalizer(allowlist=known),
    "both": MIQPSNormalizer(allowlist=known, learned=known),
}
addresses = [
    "https://forum.example/view?t=101&sid=abc", "https://forum.example/view?t=101&sid=def",
    "https://forum.example/view?t=102&sid=abc", "https://photos.example/photos?src=12",
    "https://photos.example/photos?src=13", "https://www.youtube.com/watch?v=aB3dE5fG7hI&si=one",
    "https://news.example/a?hsCtaTracking=1", "https://news.example/a?trkCampaign=2",
]
found = {name: [normalizer.normalize(address) for address in addresses] for name, normalizer in normalizers.items()}
same = [name for name in found if found[name] == found["default"]]
print("samepage 0.1.1:", *found["default"], "; the same with", same)
assert same == list(normalizers)
assert found["learned"][0] != found["learned"][1] and found["learned"][3] == found["learned"][4]
assert "hsCtaTracking=1" in found["default"][6] and "trkCampaign=2" in found["default"][7]
PY
