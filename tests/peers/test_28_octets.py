"""What stands in the submit_sm, octet by octet, at an SMSC that only keeps what it gets: flash, Unicode forced and binary texts from either door; parts that
are tried again alone [SPEC 3.1, 3.4, 4.2, 9.1]."""

import base64

import pytest

from conftest import SHORT
from processes import wait_until
from rawsmsc import pdu

PORTS = "0605040b8423f0"  # WAP push: a header with its length octet


class Submit:
    """A submit_sm's body [SMPP 3.4 §4.4.1]."""

    def __init__(self, body: bytes):
        at = body.index(0) + 1
        at = body.index(0, at + 2) + 1  # source
        end = body.index(0, at + 2)
        self.to, at = body[at + 2 : end].decode(), end + 1
        self.esm_class, at = body[at], at + 3
        at = body.index(0, at) + 1
        at = body.index(0, at) + 1
        self.data_coding, length = body[at + 2], body[at + 4]
        self.short_message, rest = body[at + 5 : at + 5 + length], body[at + 5 + length :]
        assert len(self.short_message) == length and not rest, body


@pytest.fixture(scope="module")
def kept(make_lasting_gateway, tmp_path_factory):
    from rawsmsc import RawSmsc

    raw = RawSmsc(tmp_path_factory.mktemp("kept") / "password")
    gateway = make_lasting_gateway(smsc=raw, settings=SHORT)
    gateway.raw = raw
    yield gateway
    gateway.stop()
    gateway.verify()
    raw.close()


def submits(gateway, number: str, count: int) -> list:
    to = number.lstrip("+")
    mine = lambda: [s for s in map(Submit, list(gateway.raw.submits)) if s.to == to]
    return wait_until(f"{count} submits to {to}", lambda: (lambda m: m if len(m) >= count else None)(mine()))


@pytest.mark.parametrize(
    "text,flash,data_coding,octets",
    [
        ("hi @", False, 0x00, b"hi \0"),
        ("hi @", True, 0x10, b"hi \0"),
        ("да", False, 0x08, "да".encode("utf-16-be")),
        ("да", True, 0x18, "да".encode("utf-16-be")),
    ],
    ids=["gsm", "gsm flash", "ucs2", "ucs2 flash"],
)
def test_texts_over_both_doors(kept, numbers, text, flash, data_coding, octets):
    rest, soap = next(numbers), next(numbers)
    kept.rest().send(rest, text, flash=flash)
    assert kept.soap().send(soap, text, kind=1 if flash else 0)["return"] == 0
    for number in (rest, soap):
        (submit,) = submits(kept, number, 1)
        assert (submit.data_coding, submit.esm_class & 0x40, submit.short_message) == (data_coding, 0, octets)


def test_unicode_that_is_forced_is_ucs2(kept, numbers):
    short, long = next(numbers), next(numbers)
    for number, text in ((short, "plain"), (long, "x" * 80)):
        assert kept.soap().send(number, text, kind=2)["return"] == 0
    (submit,) = submits(kept, short, 1)
    assert (submit.data_coding, submit.short_message) == (0x08, "plain".encode("utf-16-be"))
    parts = submits(kept, long, 2)
    assert {(p.data_coding, p.esm_class & 0x40) for p in parts} == {(0x08, 0x40)}
    parts.sort(key=lambda p: p.short_message[5])
    assert b"".join(p.short_message[6:] for p in parts) == ("x" * 80).encode("utf-16-be")
    assert kept.soap().send(short, "x", kind=3)["return"] == 1


@pytest.mark.parametrize("flash,data_coding", [(False, 0x04), (True, 0x14)], ids=["binary", "binary flash"])
def test_octets_over_both_doors(kept, numbers, flash, data_coding):
    octets, header = bytes(range(256))[:100], bytes.fromhex(PORTS)
    given = base64.b64encode(octets).decode()
    rest, soap = next(numbers), next(numbers)
    sent = kept.rest().call("POST", "/messages", {"to": [rest], "binary": given, "udh": PORTS, "flash": flash}).expect(202).json["messages"][0]
    assert (sent["encoding"], sent["parts"]) == ("binary", 1)
    called = kept.soap().call(
        "SendBinarySMS", strInRecipients=soap, strInBinaryContent=given, strInExtraParam=PORTS, strInReplyEmail="", iInType=int(flash), strOutMessageIDs=""
    )
    assert called["return"] == 0 and called["strOutMessageIDs"]
    for number in (rest, soap):
        (submit,) = submits(kept, number, 1)
        assert (submit.data_coding, submit.esm_class & 0x40, submit.short_message) == (data_coding, 0x40, header + octets)
    message = kept.rest().wait_state(sent["id"], "ok")
    assert (message["text"], base64.b64decode(message["binary"]), message["udh"]) == ("", octets, PORTS)


def test_octets_in_parts_keep_their_ports(kept, number):
    octets = bytes(n % 251 for n in range(300))
    kept.rest().call("POST", "/messages", {"to": [number], "binary": base64.b64encode(octets).decode(), "udh": PORTS}).expect(202)
    parts = submits(kept, number, 3)
    parts.sort(key=lambda p: p.short_message[11])
    joined = b""
    for place, part in enumerate(parts, 1):
        assert part.data_coding == 0x04 and part.esm_class & 0x40 and len(part.short_message) <= 140
        assert part.short_message[:7] == bytes([11]) + bytes.fromhex(PORTS)[1:]
        assert part.short_message[7:9] == b"\0\3" and part.short_message[10:12] == bytes([3, place])
        joined += part.short_message[12:]
    assert joined == octets


@pytest.mark.parametrize(
    "body,code",
    [
        ({"binary": "AAE=", "text": "hi"}, "invalid"),
        ({"binary": "?"}, "invalid"),
        ({"text": "hi", "udh": "00"}, "invalid"),
        ({"binary": "AAE=", "udh": "050401"}, "text_refused"),
        ({"binary": ""}, "text_refused"),
        ({"binary": base64.b64encode(bytes(140 * 11)).decode()}, "text_refused"),
    ],
)
def test_octets_that_cannot_be_are_refused(kept, number, body, code):
    assert kept.rest().call("POST", "/messages", {"to": [number], **body}).expect(422).json["code"] == code


def test_a_retry_sends_only_what_is_missing(kept, number):
    """The second of three parts is refused for now until that was seen, then taken: the others are sent once, and it goes out with the same reference from the
    same number."""
    refused, seen = [], []

    def on_submit(send, sequence, body):
        submit = Submit(body)
        if submit.to == number.lstrip("+") and submit.short_message[5] == 2 and not seen:
            refused.append(submit.short_message)
            send(pdu(0x80000004, 0x08, sequence, b"\0"))
            return False
        return True

    kept.raw.on_submit = on_submit
    try:
        id = kept.rest().send(number, "x" * 400)
        message = kept.rest().wait_state(id, "fail")
        assert (message["parts"], message["parts_accepted"]) == (3, 2)
        seen.append(message)
        message = kept.rest().wait_state(id, "ok")
    finally:
        kept.raw.on_submit = None
    tries = message["tries"]
    assert (message["parts"], message["parts_accepted"], tries) == (3, 3, len(refused) + 1)
    sent = [s.short_message for s in submits(kept, number, 2 + tries)]
    assert sorted(m[5] for m in sent) == [1, *[2] * tries, 3]
    assert {m for m in sent if m[5] == 2} == set(refused) and len(set(refused)) == 1


def test_an_abort_with_some_parts_gone_says_how_many(kept, number):
    def on_submit(send, sequence, body):
        submit = Submit(body)
        if submit.to == number.lstrip("+") and submit.short_message[5] == 3:
            send(pdu(0x80000004, 0x0B, sequence, b"\0"))
            return False
        return True

    kept.raw.on_submit = on_submit
    try:
        id = kept.rest().send(number, "y" * 400)
        message = kept.rest().wait_state(id, "abort")
    finally:
        kept.raw.on_submit = None
    assert (message["parts"], message["parts_accepted"]) == (3, 2)
    mail = kept.wait_mail(kept.facts["user"]["email"], lambda m: m["subject"] == "Message Failed" and "y" * 400 in m["text"])
    assert f"Status: Message to {number.lstrip('+')} could not be delivered after 1 attempt. 2 of 3 parts were accepted." in mail["text"].split("\n")


def test_a_text_cancelled_half_way_says_how_many(kept, numbers):
    """A part is taken, another is refused for now; before the retry the user is disabled: the failure mail says what went before."""
    number, user = next(numbers), kept.add_user()
    kept.raw.on_submit = lambda send, sequence, body: refuse_second(send, sequence, body, number)
    try:
        id = kept.rest(user).send(number, "z" * 300)
        kept.rest(user).wait_state(id, "fail")
        kept.admin("user", "disable", email=user["email"])
        mail = kept.wait_mail(user["email"], "Message Failed")
    finally:
        kept.raw.on_submit = None
    assert "Status: Your account is currently inactive. 1 of 2 parts were accepted." in mail["text"].split("\n")


def refuse_second(send, sequence, body, number) -> bool:
    submit = Submit(body)
    if submit.to == number.lstrip("+") and submit.short_message[5] == 2:
        send(pdu(0x80000004, 0x08, sequence, b"\0"))
        return False
    return True
