"""The journey out against an independent SMSC: what arrives, what becomes of refusals, of answers that come twice, late, strangely or never."""

import time

import pytest

from conftest import SHORT
from processes import wait_until
from smsc import concatenation

EMOJI = "Grüße 👩‍👩‍👧 und 😀"
TEXTS = [
    "hello",
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ¤¡ÄÖÑÜ§¿äöñüà",
    "^{}[]~\\|€",
    "x" * 160,
    "x" * 161,
    "x" * 152 + "€" + "y" * 20,
    "x" * 153 * 4,
    "Привет",
    "я" * 70,
    "я" * 71,
    "я" * 66 + "😀" * 40,
    EMOJI * 20,
    "line one\nline two",
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda t: f"{len(t)}-{t[:6]!r}")
def test_texts_arrive_exactly(linked, number, text):
    id = linked.rest().send(number, text)
    arrived = linked.smsc.wait_text(text)
    message = linked.rest().wait_state(id, "ok")
    assert arrived.to == number.lstrip("+") and arrived.sender == message["from"].lstrip("+")
    assert len(arrived.submits) == message["parts"], "each part once"
    if message["parts"] > 1:
        assert all(concatenation(s) and s["esm"] & 0x40 for s in arrived.submits)


@pytest.mark.parametrize("form", [1, 2, 3], ids=["text", "tlv", "both"])
@pytest.mark.parametrize("ms", [-1, 0, 200], ids=["before", "with", "after"])
def test_receipts(linked, number, form, ms):
    linked.smsc.script(dlr=1, dlrform=form, dlrms=ms)
    id = linked.rest().send(number, f"receipt {form} {ms}")
    message = linked.rest().wait_state(id, "delivered")
    assert message["in_doubt"] is False and message["tries"] == 1
    address, subject = linked.facts["user"]["email"], f"Delivery Receipt from Mobile# {number.lstrip('+')}"
    assert "Status: DELIVERED" in linked.wait_mail(address, subject)["text"].split("\n")


def test_one_receipt_mail_for_a_text_in_parts(linked, number):
    linked.smsc.script(dlr=1)
    id = linked.rest().send(number, "long " * 100)
    linked.rest().wait_state(id, "delivered")
    linked.smsc.wait_delivered()
    subject = f"Delivery Receipt from Mobile# {number.lstrip('+')}"
    linked.wait_mail(linked.facts["user"]["email"], subject)
    time.sleep(1)
    assert [m["subject"] for m in linked.mails(linked.facts["user"]["email"])].count(subject) == 1


def test_ids_decimal_in_responses_and_hex_in_receipts(make_gateway, make_smsc, numbers):
    smsc = make_smsc(dlr=1, decimal=1, dlrms=20)
    gateway = make_gateway(smsc=smsc, settings={**SHORT, "carrier.message_id": "hex_receipts"})
    ids = [gateway.rest().send(next(numbers), f"decimal {n}") for n in range(30)]
    for id in ids:
        gateway.rest().wait_state(id, "delivered")
    gateway.stop()
    gateway.verify()


def test_an_answer_that_comes_twice(linked, number):
    linked.smsc.script(twice=1)
    binds = linked.smsc.stats()["stats"]["binds"]
    id = linked.rest().send(number, "answered twice")
    assert linked.rest().wait_state(id, "ok")["in_doubt"] is False
    assert len(linked.smsc.wait_text("answered twice").submits) == 1
    assert linked.smsc.stats()["stats"]["binds"] == binds, "the link stayed"


def test_an_answer_to_a_question_never_asked(linked, number):
    linked.smsc.script(wrongseq=1)
    binds = linked.smsc.stats()["stats"]["binds"]
    id = linked.rest().send(number, "strange answer")
    assert linked.rest().wait_state(id, "ok")["in_doubt"] is False
    assert linked.smsc.stats()["stats"]["binds"] == binds, "the link stayed"


def test_a_late_answer_is_proof(linked, number):
    # Between the end of the wait for it, after 2 s, and the resend, after 6 s.
    linked.smsc.script(delay=4000)
    id = linked.rest().send(number, "late")
    message = linked.rest().wait_state(id, "ok")
    assert message["in_doubt"] is True
    time.sleep(3)
    assert len(linked.smsc.wait_text("late").submits) == 1, "never sent again"


def test_a_swallowed_answer_is_resent_once_and_marked(linked, number):
    linked.smsc.script(noresp=1)
    id = linked.rest().send(number, "swallowed once")
    wait_until("it is swallowed", lambda: any(s["text"] == "swallowed once" for s in linked.smsc.submits()))
    linked.smsc.script()
    message = linked.rest().wait_state(id, "ok")
    assert message["in_doubt"] is True
    submits = linked.smsc.wait_text("swallowed once").submits
    both = [s for s in linked.smsc.accepted() if s["text"] == "swallowed once"]
    assert len(both) == 2 and len({s["src"] for s in both}) == 1, submits
    names = linked.rest().event_names(id)
    assert names.index("in_doubt") < names.index("resent") < len(names) - 1 - names[::-1].index("ok")


def test_answers_that_never_come_end_in_unknown_and_say_so(linked, number):
    linked.smsc.script(noresp=1)
    id = linked.rest().send(number, "swallowed always")
    message = linked.rest().wait_state(id, "unknown")
    assert message["classic"] == "ABORT" and message["in_doubt"] is True
    assert len([s for s in linked.smsc.submits() if s["text"] == "swallowed always"]) == 2, "one resend at most"
    mail = linked.wait_mail(linked.facts["user"]["email"], lambda m: m["subject"] == "Message Failed" and "swallowed always" in m["text"])
    assert any(name == "X-EmailSMS-Note" for name, _ in mail["headers"])


def test_a_receipt_is_proof_without_an_answer(linked, number):
    linked.smsc.script(noresp=1, dlr=1, dlrms=4000)
    id = linked.rest().send(number, "receipt only")
    message = linked.rest().wait_state(id, "delivered")
    assert message["in_doubt"] is True
    time.sleep(3)
    assert len([s for s in linked.smsc.submits() if s["text"] == "receipt only"]) == 1


def test_a_reply_is_proof_without_an_answer(linked, number):
    linked.smsc.script(noresp=1)
    id = linked.rest().send(number, "reply only")
    linked.rest().wait_state(id, "in_doubt")
    linked.smsc.reply(number, linked.rest().message(id)["from"], "got it")
    linked.rest().wait_state(id, "ok", "delivered")
    assert len([s for s in linked.smsc.submits() if s["text"] == "reply only"]) == 1


def test_throttling_costs_no_try(linked, numbers):
    linked.smsc.script(throttle=0.1)
    ids = [linked.rest().send(next(numbers), f"throttled {n}") for n in range(60)]
    for id in ids:
        message = linked.rest().wait_state(id, "ok", timeout_s=180)
        assert message["tries"] == 1
    texts = [a.text for a in linked.smsc.arrived() if a.text.startswith("throttled ")]
    assert sorted(texts) == sorted(f"throttled {n}" for n in range(60))


def test_a_full_queue_defers_that_text_alone(linked, numbers):
    linked.smsc.script(qfull=1)
    full = linked.rest().send(next(numbers), "queue full")
    wait_until("refused once", lambda: any(s["text"] == "queue full" for s in linked.smsc.submits()))
    linked.smsc.script()
    linked.rest().wait_state(linked.rest().send(next(numbers), "another"), "ok")
    linked.rest().wait_state(full, "ok")


def test_a_permanent_refusal_aborts_at_once(linked, number):
    linked.smsc.script(invdst=1)
    id = linked.rest().send(number, "no such subscriber")
    message = linked.rest().wait_state(id, "abort")
    assert message["classic"] == "ABORT" and message["tries"] == 1
    mail = linked.wait_mail(linked.facts["user"]["email"], lambda m: m["subject"] == "Message Failed" and "no such subscriber" in m["text"])
    assert "ESME_RINVDSTADR" in mail["text"]
    assert len([s for s in linked.smsc.submits() if s["text"] == "no such subscriber"]) == 1


def test_eleven_tries_and_the_abort_mail(linked, number):
    linked.smsc.script(refuse=1, status=8)
    id = linked.rest().send(number, "refused for a while")
    message = linked.rest().wait_state(id, "abort")
    assert message["tries"] == 11 and message["in_doubt"] is False
    tries = [s for s in linked.smsc.submits() if s["text"] == "refused for a while"]
    assert len(tries) == 11 and len({s["src"] for s in tries}) == 1
    gaps = [b["t"] - a["t"] for a, b in zip(tries, tries[1:])]
    assert min(gaps) >= 950, f"tries are a second apart: {gaps}"
    mail = linked.wait_mail(linked.facts["user"]["email"], lambda m: m["subject"] == "Message Failed" and "refused for a while" in m["text"])
    body = mail["text"]
    assert f"Status: Message to {number.lstrip('+')} could not be delivered after 11 attempts." in body.split("\n")
    assert body.count("ESME_RSYSERR") == 11


def test_a_temporary_refusal_then_ok(linked, number):
    linked.smsc.script(refuse=1, status=8)
    id = linked.rest().send(number, "second time lucky")
    linked.rest().wait_state(id, "fail")
    linked.smsc.script()
    assert linked.rest().wait_state(id, "ok")["tries"] >= 2
    assert "fail" in linked.rest().event_names(id)


def test_a_link_that_is_down_holds_texts(linked, numbers):
    linked.smsc.away()
    wait_until("the gateway knows", lambda: linked.admin("carrier", "list")[0]["state"] == "down")
    ids = [linked.rest().send(next(numbers), f"held {n}") for n in range(5)]
    time.sleep(1.5)
    assert {linked.rest().message(id)["state"] for id in ids} == {"pending"}
    linked.smsc.script()
    for id in ids:
        assert linked.rest().wait_state(id, "ok")["tries"] == 1


REPLIES = {
    "gsm": (dict(text="Hello @ you"), "Hello @ you"),
    "euro": (dict(hex="1b65"), "€"),
    "latin1": (dict(dcs=3, hex="e9e8fc"), "éèü"),
    "ascii": (dict(dcs=1, hex="68656c6c6f"), "hello"),
    "ucs2": (dict(dcs=8, hex="😀 ok".encode("utf-16-be").hex()), "😀 ok"),
    "odd": (dict(dcs=8, hex="0041004200"), "AB"),
}


@pytest.mark.parametrize("kind", REPLIES)
def test_replies_in_every_coding(linked, number, kind):
    octets, text = REPLIES[kind]
    id = linked.rest().send(number, f"question {kind}")
    sender = linked.rest().wait_state(id, "ok")["from"]
    linked.smsc.reply_raw(number, sender, **octets)
    wait_until("the reply came", lambda: [r["text"] for r in linked.rest().inbound() if r["message_id"] == id] == [text])
    linked.smsc.wait_delivered()


def test_a_reply_in_parts_out_of_order(linked, number):
    id = linked.rest().send(number, "long question")
    sender = linked.rest().wait_state(id, "ok")["from"]
    pieces = ["one " * 30, "two " * 30, "three"]
    for place in (3, 1, 2):
        linked.smsc.reply_raw(number, sender, esm=64, udh=f"0500032a03{place:02x}", text=pieces[place - 1])
    wait_until("one reply", lambda: [r["text"] for r in linked.rest().inbound() if r["message_id"] == id] == ["".join(pieces)])


def test_two_equal_replies_are_two(linked, number):
    id = linked.rest().send(number, "asked once")
    sender = linked.rest().wait_state(id, "ok")["from"]
    linked.smsc.reply(number, sender, "yes")
    linked.smsc.reply(number, sender, "yes")
    wait_until("two replies", lambda: [r["text"] for r in linked.rest().inbound() if r["message_id"] == id] == ["yes", "yes"])


def test_handsets_are_not_stood_in_for(linked, number):
    assert linked._stand_in("GET", f"handsets/{number.lstrip('+')}").status == 409


def test_verify_is_clean(linked):
    linked.smsc.wait_delivered()
    linked.verify()
