#!/bin/sh
# misp-stix 2026.10.12 gives one account a new STIX id in each event, where stix2 3.0.2 derives the id from the account.
#
# Guess: a user-account of STIX 2.1 has an id that is computed from its values, so that bundles of two sources meet.
# Seen: misp-stix takes the UUID of the MISP object. The same account in two events is two user-accounts, and neither
# has the id that stix2.UserAccount gives to equal values. A store that merges by id counts the account three times, and
# a graph over several reports falls apart into one a report. Merge on account_type and user_id. (STIX says SHOULD.)
set -e
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q misp-stix==2026.10.12 stix2==3.0.2 pymisp==2.5.34.4 >/dev/null 2>&1
"$folder/venv/bin/python" -W ignore - <<'PY'
import stix2
from misp_stix_converter import MISPtoSTIX21Parser
from pymisp import MISPEvent, MISPObject


def export_account():
    event, account = MISPEvent(), MISPObject("user-account")
    event.info, event.date = "a candidate network", "2021-01-01"
    for name, value in {"user-id": "701", "username": "ann", "account-type": "twitter"}.items():
        account.add_attribute(name, value)
    event.add_object(account)
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(event)
    return next(each for each in parser.stix_objects if each.type == "user-account")


one, two = export_account(), export_account()
own = stix2.v21.UserAccount(user_id="701", account_login="ann", account_type="twitter")
print(f"misp-stix 2026.10.12: {one.id} and {two.id}; stix2 3.0.2: {own.id}")
values = [(each.user_id, each.account_login, each.account_type) for each in (one, two, own)]
assert len(set(values)) == 1 and len({one.id, two.id, own.id}) == 3
PY
