"""Ended and started again: the same ports, people and keys, and nothing forgotten."""

import json
import time

import pytest

from conftest import SHORT
from gateway import Gateway, handsets
from postgres import Cluster
from processes import Process, wait_until

# The doors give up after 5 s; a connection of the pool is waited for twice as long.
SOON_S = 9.5
KEPT = ("url", "https", "rest", "soap_legacy", "mail_domain", "company", "user", "users", "api_key", "pool")


def test_ports_people_and_keys_stay(make_gateway, number):
    gateway = make_gateway()
    before, id = dict(gateway.facts), gateway.rest().send(number, "kept")
    gateway.rest().wait_state(id, "delivered")
    gateway.restart()
    assert {k: gateway.facts[k] for k in KEPT} == {k: before[k] for k in KEPT}
    message = gateway.rest().message(id)
    assert message["text"] == "kept" and message["state"] == "delivered"
    assert gateway.soap().call("RedWebServiceVersion")["return"] == "5.0"
    gateway.stop()
    gateway.verify()


def test_a_second_one_on_the_same_directory_is_refused(make_gateway):
    gateway = make_gateway()
    second = Process(gateway.argv(), gateway.directory / "second.log", gateway.env)
    assert second.wait() != 0
    assert len(second.log_end()) > 20, "it says why"
    gateway.rest().call("GET", "/inbound").expect(200)
    gateway.stop()


def test_texts_wait_over_a_restart_and_replies_find_home_after_it(make_gateway, make_smsc, number):
    smsc = make_smsc()
    gateway = make_gateway(smsc=smsc, settings=SHORT)
    asked = gateway.rest().send(number, "asked before")
    sender = gateway.rest().wait_state(asked, "ok")["from"]
    smsc.away()
    wait_until("the gateway knows", lambda: gateway.admin("carrier", "list")[0]["state"] == "down")
    waiting = [gateway.rest().send(to, f"waiting {n}") for n, to in zip(range(50), handsets(8_000_000))]
    gateway.kill()
    smsc.script()
    gateway.start()
    for id in waiting:
        assert gateway.rest().wait_state(id, "ok")["in_doubt"] is False
    smsc.reply(number, sender, "answered after")
    gateway.wait_mail(gateway.facts["user"]["email"], lambda m: m["text"].startswith("answered after\n"))
    gateway.stop()
    gateway.verify()


def test_a_setting_that_does_not_exist_is_an_error_by_name(make_gateway):
    gateway = make_gateway(start=False, settings={"carrier.colour": "red"})
    process = Process(gateway.argv(), gateway.log, gateway.env)
    assert process.wait() != 0
    assert "colour" in process.log_end()


@pytest.mark.only("postgres")
def test_a_look_while_the_database_is_away_says_so_soon(tmp_path, number):
    with Cluster(careless=True) as cluster:
        gateway = Gateway(tmp_path, cluster).start()
        rest = gateway.rest()
        id, legacy = rest.send(number, "before"), rest.post(number, "and this").expect(202).json["messages"][0]["legacy_id"]
        rest.wait_state(id, "delivered")
        assert gateway.soap().call("CheckMessageStatus", strInMessageIDs=legacy)["return"] == 0
        cluster.stop()
        began = time.monotonic()
        answer = rest.call("GET", f"/messages/{id}").expect(503)
        assert time.monotonic() - began < SOON_S
        assert answer.json["code"] == "unavailable" and "nothing can be shown" in answer.json["detail"], answer.json
        assert answer.headers["retry-after"] == "5"
        line = next(line for line in gateway.log.read_text().splitlines() if answer.json["request_id"] in line and "WARN" in line)
        assert "cause=" in line and "usr_" in line, line
        began = time.monotonic()
        assert gateway.soap().call("CheckMessageStatus", strInMessageIDs=legacy)["return"] == 2
        assert time.monotonic() - began < SOON_S
        cluster.start()
        wait_until("the database is found again", lambda: rest.call("GET", "/inbound").status == 200)
        gateway.stop()


@pytest.mark.only("postgres")
def test_a_node_whose_lease_was_taken_over_ends(make_gateway, cluster, number):
    """As after a long sleep: the others took it for dead. It must write nothing more, say so, and end, so that whoever looks after it starts it again."""
    gateway = make_gateway()
    gateway.rest().wait_state(gateway.rest().send(number, "before the sleep"), "ok", "delivered")
    schema = json.loads((gateway.data / "demo.json").read_text())["schema"]
    cluster.sql(f"DELETE FROM {schema}.nodes", "emailsms")
    assert gateway.process.wait() == 1
    assert "start it again" in gateway.process.log_end()
    gateway.start()
    gateway.rest().wait_state(gateway.rest().send(number, "after it"), "ok", "delivered")
    gateway.stop()
    gateway.verify()
