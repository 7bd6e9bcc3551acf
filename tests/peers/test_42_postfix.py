"""Each kind of mail through a real Postfix, byte for byte, read by a parser that is not ours: reply, receipt, failure, abort [SPEC 6]."""

import datetime as dt
import zoneinfo

import pytest

from conftest import SHORT
from postfix import Postfix, body
from processes import wait_until
from smsc import Smsc


@pytest.fixture(scope="module")
def postfix(tmp_path_factory):
    postfix = Postfix(tmp_path_factory.mktemp("postfix"))
    yield postfix
    postfix.stop()


@pytest.fixture(scope="module")
def built_in(make_lasting_gateway, postfix):
    """Phones of the built-in simulator, mails by Postfix."""
    gateway = make_lasting_gateway(relay=postfix.address, settings={"mail.retry_s": 1})
    yield gateway
    gateway.stop()


@pytest.fixture(scope="module")
def scripted(make_lasting_gateway, postfix, tmp_path_factory):
    """A scripted SMSC, mails by Postfix."""
    smsc = Smsc(tmp_path_factory.mktemp("smsc"))
    gateway = make_lasting_gateway(smsc=smsc, relay=postfix.address, settings=SHORT)
    yield gateway
    gateway.stop()
    smsc.stop()


def local(gateway, at: str) -> dt.datetime:
    return dt.datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(zoneinfo.ZoneInfo(gateway.facts["company"]["zone"]))


def event_at(gateway, id: str, name: str) -> dt.datetime:
    return local(gateway, next(e["at"] for e in gateway.rest().events(id) if e["event"] == name))


@pytest.mark.parametrize("receipt, word", [("DELIVRD", "DELIVERED"), ("UNDELIV", "UNDELIVERABLE")])
def test_receipt(built_in, postfix, number, receipt, word):
    digits = number.lstrip("+")
    built_in.set_handset(number, coverage=True, receipt=receipt, delay_s=0)
    text = f"Plans \U0001f600 \u00e4 for {word}\nline two"
    id = built_in.rest().send(number, text)
    mail = postfix.wait_mail(f"Delivery Receipt from Mobile# {digits}", text)
    lines = body(mail).split("\n")
    received = dt.datetime.strptime(lines[5], "Received: %d/%m/%y %H:%M")
    submitted = event_at(built_in, id, "accepted")
    assert dt.timedelta(minutes=-1) <= received - submitted.replace(tzinfo=None, second=0, microsecond=0) <= dt.timedelta(minutes=1)
    assert body(mail) == (
        f"Delivery Receipt:\n\nStatus: {word}\nDestination: {digits}\nSubmitted: {submitted:%d/%m/%y %H:%M}\n{lines[5]}\n\nMessage:\n\n{text}"
    )
    assert str(mail["X-EmailSMS-Id"]) == id and mail["To"].addresses[0].addr_spec == built_in.facts["user"]["email"]


def test_reply(built_in, postfix, number):
    digits, text, answer = number.lstrip("+"), "Shall I bring the plans?", "Yes \u20ac\n.\nBcc: eve@example.com"
    id = built_in.rest().send(number, text)
    shown = built_in.wait_handset(number)[0]
    built_in.reply(number, shown["from"], answer).expect(202)
    mail = postfix.wait_mail(f"Reply from Mobile# {digits}", text)
    sent = event_at(built_in, id, "accepted")
    assert body(mail) == f"{answer}\n\n---Original Message--- Sent: {sent:%d/%m/%Y %H:%M}\n\n{text}"
    assert str(mail["From"]) == f"{digits}@{built_in.facts['mail_domain']}"
    assert mail["To"].addresses[0].addr_spec == built_in.facts["user"]["email"] and str(mail["X-EmailSMS-Id"]) == id


def test_abort(scripted, postfix, number):
    scripted.smsc.script(refuse=1, status=8)
    text = "Nobody will get this"
    id = scripted.rest().send(number, text)
    message = scripted.rest().wait_state(id, "abort")
    scripted.smsc.script()
    mail = postfix.wait_mail("Message Failed", text)
    lines = body(mail).split("\n")
    ended = event_at(scripted, id, "abort")
    tries = lines[4 : lines.index("Message:") - 1]
    assert len(tries) == message["tries"] == 11
    for line in tries:
        at, carrier, status = line[:19], *line[20:].split(" ")
        dt.datetime.strptime(at, "%d/%m/%Y %H:%M:%S")
        assert carrier and status == "ESME_RSYSERR", line
    assert body(mail) == "\n".join([
        f"Date: {ended:%d/%m/%Y %H:%M:%S %Z}",
        "",
        f"Status: Message to {number.lstrip('+')} could not be delivered after 11 attempts.",
        "",
        *tries,
        "",
        "Message:",
        "",
        text,
    ])
    assert str(mail["X-EmailSMS-Id"]) == id


CANCELLING = {
    "opted out": (("opt-out", "add"), ("opt-out", "remove"), "asked not to get texts from your company."),
    "off the list": (("destination", "on"), ("destination", "off"), "is not on the list of destinations that your company may text."),
}


@pytest.mark.parametrize("why", CANCELLING)
def test_failure(scripted, postfix, number, why):
    """A text that waits for its next try is judged again: what changed meanwhile cancels it, and its sender is told."""
    forbid, allow, sentence = CANCELLING[why]
    company, numbers = scripted.facts["company"]["name"], [number] if forbid[0] == "opt-out" else []
    scripted.smsc.script(refuse=1, status=8)
    id = scripted.rest().send(number, f"waiting when {why}")
    scripted.rest().wait_state(id, "fail")
    scripted.admin(*forbid, *numbers, company=company)
    try:
        scripted.rest().wait_state(id, "cancelled")
    finally:
        scripted.admin(*allow, *numbers, company=company)
        scripted.smsc.script()
    mail = postfix.wait_mail("Message Failed", sentence)
    ended = event_at(scripted, id, "cancelled")
    assert body(mail) == f"Date: {ended:%d/%m/%Y %H:%M:%S %Z}\n\nStatus: {number.lstrip('+')} {sentence}"
    assert str(mail["X-EmailSMS-Id"]) == id
    tried = len([s for s in scripted.smsc.submits() if s["text"] == f"waiting when {why}"])
    assert tried >= 1, "it was tried before, and never after"


def test_a_relay_that_was_away(built_in, postfix, number):
    """Postfix stopped and started again: the mail waits meanwhile, and comes once."""
    id = built_in.rest().send(number, "while the relay was away")
    shown = built_in.wait_handset(number)[0]
    postfix.stop()
    built_in.reply(number, shown["from"], "still here").expect(202)
    wait_until("the reply is kept", lambda: any(r["message_id"] == id for r in built_in.rest().inbound()))
    postfix.start()
    postfix.wait_mail(f"Reply from Mobile# {number.lstrip('+')}", "still here")
    wait_until("the event", lambda: "mail_sent" in built_in.rest().event_names(id))
