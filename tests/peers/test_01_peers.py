"""The measuring tools themselves, proved against clients that are not ours: a harness that cannot see a fault proves nothing."""

import smtplib

import pytest
import smpplib.client
import smpplib.gsm

from processes import PATIENCE_S, wait_until
from smsc import concatenation


@pytest.fixture
def esme(make_smsc):
    """(client, smsc): another's ESME, bound."""
    smsc = make_smsc()
    client = smpplib.client.Client("127.0.0.1", smsc.port, allow_unknown_opt_params=True, logger_name="esme")
    client.set_message_sent_handler(lambda pdu: None)
    client.connect()
    client.bind_transceiver(system_id="gateway", password="pw")
    yield client, smsc
    client.disconnect()


def submit(client, text, times=1):
    parts, coding, esm = smpplib.gsm.make_parts(text)
    for part in parts:
        for _ in range(times):
            client.send_message(source_addr="61400000001", destination_addr="61491570156", short_message=part, data_coding=coding, esm_class=esm, registered_delivery=1)


@pytest.mark.parametrize("text", ["hi @£€", "x" * 170, "я" + "😀" * 50, "^{€} long " * 40], ids=lambda t: t[:4])
def test_the_log_puts_texts_together(esme, text):
    client, smsc = esme
    submit(client, text)
    arrived = smsc.wait_text(text)
    assert (arrived.to, arrived.sender) == ("61491570156", "61400000001")
    assert all(concatenation(s) for s in arrived.submits) or len(arrived.submits) == 1


def test_a_part_that_came_twice_is_seen_and_counted_once(esme):
    client, smsc = esme
    submit(client, "y" * 200, times=2)
    wait_until("all of them came", lambda: len(smsc.submits()) == 4)
    (arrived,) = smsc.arrived()
    assert arrived.text == "y" * 200 and len(arrived.submits) == 4


def test_a_split_surrogate_pair_does_not_pass_for_the_text(esme):
    """This client cuts after 67 units, through an emoji: the log must not make it whole."""
    client, smsc = esme
    text = "😀" * 50
    submit(client, text)
    wait_until("both parts", lambda: len(smsc.submits()) == 2)
    assert [a.text == text for a in smsc.arrived()] == [False]


def test_replies_are_kept_until_they_are_answered(esme):
    client, smsc = esme
    heard = []
    client.set_message_received_handler(lambda pdu: heard.append(pdu.short_message) and None)
    smsc.reply("+61491570156", "+61400000001", "yes")
    wait_until("it was delivered", lambda: client.read_once() or heard)
    assert heard == [b"yes"]
    smsc.wait_delivered()


def send(relay, text):
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=PATIENCE_S) as client:
        client.sendmail("a@example.com", ["b@example.com"], f"Subject: x\nMessage-ID: <1@x>\n\n{text}\n")


def test_the_relay_takes_refuses_and_dies(relay):
    send(relay, ".dots stay")
    assert relay.mails()[0].mail.get_content() == ".dots stay\r\n" and relay.mails()[0].answered
    for how in ("refuse_greeting", "refuse_mail", "refuse_rcpt", "refuse_rcpt_for_good", "refuse_data", "refuse_text", "die_in_text"):
        relay.behave(how)
        with pytest.raises((smtplib.SMTPException, OSError)):
            send(relay, how)
    assert len(relay.mails()) == 1
    relay.behave("die_after_dot")
    with pytest.raises((smtplib.SMTPException, OSError)):
        send(relay, "who knows")
    assert [m.answered for m in relay.mails()] == [True, False]


def test_a_relay_that_listens_again_has_its_port(relay):
    port = relay.port
    relay.close()
    with pytest.raises(OSError):
        send(relay, "refused")
    relay.listen()
    assert relay.port == port
    send(relay, "back")
