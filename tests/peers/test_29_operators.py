"""What operators look at and undo: the queue text by text, and locks of serials [SPEC 4.6, 9.3]."""

import time

from conftest import SHORT
from processes import wait_until


def test_the_queue_text_by_text(make_gateway, make_smsc, numbers):
    gateway = make_gateway(smsc=make_smsc(), settings=SHORT)
    rest = gateway.rest()
    other = gateway.rest(gateway.facts["users"][-1])
    gateway.admin("queue", "suspend", "--all")
    mine = [rest.send(next(numbers), f"mine {n}") for n in range(5)]
    theirs = other.send(next(numbers), "theirs")
    wait_until("all are held", lambda: {text["cause"] for text in gateway.admin("queue", "texts")} == {"suspended"})
    listed = gateway.admin("queue", "texts")
    assert [text["id"] for text in listed] == sorted([*mine, theirs])
    first = listed[0]
    assert (first["state"], first["cause"], first["tries"], first["carrier"]) == ("pending", "suspended", 0, "demo")
    assert "text" not in first and not [v for v in first.values() if isinstance(v, str) and "mine" in v]
    ids = lambda **flags: [text["id"] for text in gateway.admin("queue", "texts", **flags)]
    assert ids(company=gateway.facts["users"][-1]["company"]) == [theirs]
    assert ids(state="fail") == [] and ids(carrier="demo", state=["pending", "fail"]) == sorted([*mine, theirs])
    assert ids(older_than="1h") == []
    time.sleep(1.1)
    assert len(ids(older_than="1s")) == 6
    paged, after = [], {}
    while page := ids(limit=4, **after):
        paged += page
        after = {"after": page[-1]}
    assert paged == sorted([*mine, theirs])
    table = gateway.run("admin", "queue", "texts", "--data", gateway.data).stdout
    assert len(table.strip().splitlines()) == 7 and "suspended" in table
    refused = gateway.run("admin", "queue", "texts", "--data", gateway.data, "--state", "lost", expect=None)
    assert refused.returncode != 0 and "in_doubt" in refused.stderr
    gateway.admin("queue", "resume", "--all")
    for id in mine:
        rest.wait_state(id, "ok")
    assert ids() == [] and set(mine) <= set(ids(state="ok"))
    gateway.stop()
    # Without a gateway that runs it is the same command.
    assert set(mine) <= set(ids(state="ok"))
    gateway.verify()


def test_a_lock_is_ended_by_an_operator(make_gateway, numbers):
    gateway = make_gateway()
    soap, user = gateway.soap(), gateway.facts["user"]
    right, soap.key = soap.key, "A" * 24
    codes = [soap.send(next(numbers), "hi")["return"] for _ in range(12)]
    assert codes[0] == 4 and codes[-1] == 3
    soap.key = right
    assert soap.send(next(numbers), "hi")["return"] == 3, "locked, whatever the key"
    shown = gateway.admin("user", "unlock", email=user["email"])
    assert shown["email"] == user["email"]
    wait_until("it sends again", lambda: soap.send(next(numbers), "hi")["return"] == 0)
    wait_until("the log tells", lambda: any("locked for this network" in line and "admin user unlock" in line for line in gateway.log.read_text().splitlines()))
