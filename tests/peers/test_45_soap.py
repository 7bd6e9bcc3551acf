"""SOAP clients that others wrote, against the served WSDL: zeep, PHP's SoapClient, and envelopes written by hand. The whole contract by each of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOAP = Path(__file__).parent / "soap"
UNLISTED = "+61491570158"


@pytest.fixture
def prepared(make_gateway):
    """A fresh gateway, and users in the states that the interface cannot bring about by itself."""
    fresh = make_gateway()
    facts = fresh.facts
    inactive = fresh.add_user()
    fresh.admin("user", "disable", email=inactive["email"])
    exhausted = fresh.add_user()
    fresh.admin("quota", "set", company=facts["company"]["name"], email=exhausted["email"], parts=0)
    restricted = facts["users"][-1]
    fresh.admin("destination", "on", company=restricted["company"])
    lockable = fresh.add_user()
    demo = fresh.data / "facts.json"
    demo.write_text(json.dumps(facts))
    users = fresh.data / "prepared.json"
    states = {"inactive": inactive, "exhausted": exhausted, "restricted": restricted, "lockable": lockable}
    users.write_text(json.dumps({state: {"serial": user["serial"], "key": user["key"]} for state, user in states.items()}))
    return demo, users


@pytest.mark.parametrize("client", ["zeep_client.py", "raw_envelopes.py", "php_client.php"])
def test_a_client_that_others_wrote(prepared, client):
    demo, users = prepared
    if client.endswith(".php"):
        argv = ["php", SOAP / client, demo, users]
    else:
        argv = [sys.executable, SOAP / client, "--demo", demo, "--prepared", users, "--strict"]
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout, done.stdout
