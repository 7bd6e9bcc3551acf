"""An SMSC that breaks the protocol: the text gets through in the end, the process lives, and one odd PDU never costs the session."""

import struct
import time

import pytest

from conftest import SHORT
from processes import wait_until
from rawsmsc import DELIVER_SM, pdu


@pytest.fixture
def hostile(make_gateway, raw_smsc):
    """(gateway, raw): not started, so that the test can say first how the SMSC behaves."""
    gateway = make_gateway(smsc=raw_smsc, settings={**SHORT, "to_handset.in_doubt_resends": 3, "carrier.response_timeout_s": 4}, start=False)
    return gateway, raw_smsc


def arrives(gateway, raw, number):
    """A text still goes through, and the gateway ends cleanly."""
    id = gateway.rest().send(number, "through it all")
    gateway.rest().wait_state(id, "ok")
    assert any(b"through it all" in body for body in raw.submits)
    gateway.stop()
    gateway.verify()


# Octets that no well-made SMSC sends, at which the session has to stay.
ODD = {
    "unknown command": pdu(0x00000777, sequence=9, body=b"what is this"),
    "unknown response": pdu(0x80000777, sequence=9),
    "response to nothing": pdu(0x80000004, sequence=0x7FFFFFF0, body=b"77\0"),
    "deliver_sm without a body": pdu(DELIVER_SM, sequence=9),
    "deliver_sm cut in its address": pdu(DELIVER_SM, sequence=9, body=b"\0\1\1614915"),
    "deliver_sm with a short TLV": pdu(DELIVER_SM, sequence=9, body=b"\0\1\00161491570156\0\1\0016140000\0" + b"\0" * 9 + b"\0\x04\x27\0\x09\1"),
    "deliver_sm whose sm_length lies": pdu(DELIVER_SM, sequence=9, body=b"\0\1\00161491570156\0\1\0016140000\0" + b"\0" * 8 + b"\xffhi"),
    "generic_nack": pdu(0x80000000, 3, 0),
    "error without a body": pdu(0x80000004, 0x58, 0x7FFFFFF1),
    "alert_notification": pdu(0x00000102, sequence=3, body=b"\1\00161491570156\0\1\0016140000\0"),
}


@pytest.mark.parametrize("what", ODD)
def test_one_odd_pdu_never_costs_the_session(hostile, number, what):
    gateway, raw = hostile
    raw.on_bound = lambda send: send(ODD[what])
    gateway.start(bound=False)
    arrives(gateway, raw, number)
    assert raw.sessions == 1, "the link stayed"


# After these nobody can tell where the next PDU begins: the link goes, another comes.
LOST = {
    "oversized": struct.pack(">IIII", 0x7FFFFFFF, 4, 0, 1),
    "length below its header": struct.pack(">IIII", 7, 4, 0, 1),
    "garbage": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("what", LOST)
def test_a_stream_out_of_step_is_left_and_made_anew(hostile, number, what):
    gateway, raw = hostile
    raw.on_bound = lambda send: send(LOST[what]) if raw.sessions == 1 else None
    gateway.start(bound=False)
    wait_until("a second bind", lambda: raw.sessions >= 2)
    arrives(gateway, raw, number)


def test_half_a_pdu_then_silence(hostile, number):
    gateway, raw = hostile
    raw.on_bound = lambda send: send(pdu(DELIVER_SM, sequence=9, body=b"x" * 100)[:40]) if raw.sessions == 1 else None
    gateway.start(bound=False)
    wait_until("a second bind", lambda: raw.sessions >= 2)
    arrives(gateway, raw, number)


def test_answers_one_octet_at_a_time(hostile, number):
    gateway, raw = hostile

    def dribble(send, sequence, _body):
        for octet in pdu(0x80000004, 0, sequence, b"abc\0"):
            send(bytes([octet]))
            time.sleep(0.005)

    raw.on_submit = dribble
    gateway.start(bound=False)
    arrives(gateway, raw, number)


def test_an_acceptance_without_an_id(hostile, number):
    gateway, raw = hostile
    raw.on_submit = lambda send, sequence, _body: send(pdu(0x80000004, 0, sequence))
    gateway.start(bound=False)
    arrives(gateway, raw, number)


def test_a_nack_refuses_that_submit(hostile, number):
    gateway, raw = hostile
    raw.on_submit = lambda send, sequence, _body: send(pdu(0x80000000, 8, sequence)) if len(raw.submits) == 1 else True
    gateway.start(bound=False)
    id = gateway.rest().send(number, "nacked once")
    assert gateway.rest().wait_state(id, "ok")["tries"] == 2
    assert raw.sessions == 1


def test_a_pdu_that_kills_its_link_is_held_after_three_times(hostile, number):
    gateway, raw = hostile

    def die(send, _sequence, body):
        if b"poison" in body:
            raise OSError("cut")
        return True

    raw.on_submit = die
    gateway.start(bound=False)
    poison = gateway.rest().send(number, "poison")
    wait_until("three times", lambda: sum(b"poison" in body for body in raw.submits) >= 3)
    time.sleep(4)
    assert sum(b"poison" in body for body in raw.submits) == 3
    assert gateway.rest().message(poison)["state"] == "pending"
    arrives(gateway, raw, number)
