"""Mails through a relay that misbehaves: each arrives in the end, and a repeat carries the Message-ID of the first."""

import pytest

from conftest import SHORT
from processes import wait_until
from relay import BEHAVIOURS, Relay
from smsc import Smsc


@pytest.fixture(scope="module")
def mailing(make_lasting_gateway, tmp_path_factory):
    relay, smsc = Relay(), Smsc(tmp_path_factory.mktemp("smsc"))
    gateway = make_lasting_gateway(smsc=smsc, relay=relay.address, settings={**SHORT, "mail.retry_s": 1})
    yield gateway, relay
    gateway.kill()
    smsc.stop()
    relay.close()


@pytest.mark.parametrize("how", [b for b in BEHAVIOURS if b not in ("well", "refuse_rcpt_for_good", "stall_greeting", "stall_text")])
def test_a_mail_outlives_it(mailing, number, how):
    """The two stalls last as long as the sender's patience: tests/proofs/relay has them."""
    gateway, relay = mailing
    gateway.smsc.script()
    relay.behave("well")
    id = gateway.rest().send(number, f"before {how}")
    sender = gateway.rest().wait_state(id, "ok")["from"]
    relay.behave(how)
    gateway.smsc.reply(number, sender, f"answer {how}")
    wait_until("the reply is kept", lambda: any(r["message_id"] == id for r in gateway.rest().inbound()))
    if how == "die_after_dot":
        wait_until("taken without a yes", lambda: ours(relay, how))
    relay.behave("well")
    wait_until("the mail arrived", lambda: [t for t in ours(relay, how) if t.answered])
    assert len({t.message_id for t in ours(relay, how)}) == 1
    wait_until("the event", lambda: "mail_sent" in gateway.rest().event_names(id))
    assert len([t for t in ours(relay, how) if t.answered]) == 1


def test_a_mail_that_is_refused_for_good_says_why(mailing, number):
    gateway, relay = mailing
    gateway.smsc.script()
    relay.behave("well")
    id = gateway.rest().send(number, "before it is refused")
    sender = gateway.rest().wait_state(id, "ok")["from"]
    relay.behave("refuse_rcpt_for_good")
    gateway.smsc.reply(number, sender, "refused for good")
    wait_until("the event", lambda: "mail_failed" in gateway.rest().event_names(id))
    relay.behave("well")
    (event,) = [e for e in gateway.rest().events(id) if e["event"] == "mail_failed"]
    assert event["kind"] == "reply" and event["cause"] == "relay_refused 550", event
    wait_until("the log tells one from the other", lambda: all(words in gateway.log.read_text() for words in ("given up", "it is tried again")))


def ours(relay, how):
    return [t for t in relay.mails() if f"answer {how}" in t.mail.get_content()]


def test_mailboxes_are_not_stood_in_for(mailing):
    gateway, _ = mailing
    assert gateway._stand_in("GET", "mailboxes/a@b.example").status == 409
