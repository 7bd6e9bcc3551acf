"""Ended and started again: the same ports, people and keys, and nothing forgotten."""

import time

from conftest import SHORT
from gateway import handsets
from processes import Process

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
    assert second.wait(30) != 0
    assert len(second.log_end()) > 20, "it says why"
    gateway.rest().call("GET", "/inbound").expect(200)
    gateway.stop()


def test_texts_wait_over_a_restart_and_replies_find_home_after_it(make_gateway, make_smsc, number):
    smsc = make_smsc()
    gateway = make_gateway(smsc=smsc, settings=SHORT)
    asked = gateway.rest().send(number, "asked before")
    sender = gateway.rest().wait_state(asked, "ok")["from"]
    smsc.down(4000)
    waiting = [gateway.rest().send(to, f"waiting {n}") for n, to in zip(range(50), handsets(8_000_000))]
    gateway.kill()
    time.sleep(4)
    gateway.start()
    for id in waiting:
        assert gateway.rest().wait_state(id, "ok", timeout_s=30)["in_doubt"] is False
    smsc.reply(number, sender, "answered after")
    gateway.wait_mail(gateway.facts["user"]["email"], lambda m: m["text"].startswith("answered after\n"))
    gateway.stop()
    gateway.verify()


def test_a_setting_that_does_not_exist_is_an_error_by_name(make_gateway):
    gateway = make_gateway(start=False, settings={"carrier.colour": "red"})
    process = Process(gateway.argv(), gateway.log, gateway.env)
    assert process.wait(30) != 0
    assert "colour" in process.log_end()
