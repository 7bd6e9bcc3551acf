"""A day goes by while texts cannot leave: what is worth something still leaves once, what is not ends and is told once [SPEC 4.2, 4.6]."""

import time
from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest

from conftest import SHORT
from processes import wait_until

LASTING, ENDING = "worth three days", "worth six hours"
SIX_HOURS_S = 6 * 3600
# Three tries, which would be over soon after the day if they were counted.
COUNTED = {**SHORT, "to_handset.outage": "classic", "to_handset.retries": 2}
COUNTED_WITHIN_S = 5


@pytest.fixture
def make_waiting(make_gateway, make_smsc, relay):
    """Makes a gateway on an SMSC and a relay that outlive it; its end says whether its books are right."""
    made = []

    def make(settings):
        made.append(make_gateway(smsc=make_smsc(), relay=relay.address, settings=settings))
        return made[-1]

    yield make
    for gateway in made:
        gateway.stop()
        gateway.verify()


def put_off(gateway):
    """The same gateway, a day later."""
    gateway.stop()
    gateway.now = (datetime.now(timezone.utc) + timedelta(days=1)).isoformat(timespec="seconds")
    gateway.start(bound=False)


def send_all(gateway, numbers) -> tuple:
    """The ids of texts that are worth three days, one of them in several parts, and of texts that are worth six hours."""
    rest = gateway.rest()
    lasting = [rest.send(next(numbers), f"{LASTING} {n}") for n in range(5)]
    lasting.append(rest.send(next(numbers), f"{LASTING} " * 20))
    ending = [rest.send(next(numbers), f"{ENDING} {n}", validity_s=SIX_HOURS_S) for n in range(5)]
    return lasting, ending


def judge(gateway, relay, lasting, ending):
    """What lasts arrived, once and at its first try; what does not was never submitted and ended once, with one mail."""
    rest = gateway.rest()
    for id in lasting:
        message = rest.wait_state(id, "ok")
        assert (message["tries"], message["in_doubt"]) == (1, False), message
        assert not {"fail", "abort"} & set(rest.event_names(id))
    ended(rest, ending)
    texts = [arrived.text for arrived in gateway.smsc.arrived()]
    assert len(texts) == len(set(texts)) == len(lasting) and not [text for text in texts if ENDING in text], texts
    told = lambda: Counter(taken.mail["X-EmailSMS-Id"] for taken in relay.mails() if taken.mail["Subject"] == "Message Failed")
    wait_until("every end was told", lambda: set(told()) >= set(ending))
    gateway.restart()
    rest = gateway.rest()
    assert told() == Counter(ending), "one mail for each end, none for anything else"
    assert all(rest.event_names(id).count("abort") == 1 for id in ending)


def ended(rest, ids):
    """They ended by themselves, without a try."""
    for id in ids:
        message = rest.wait_state(id, "abort")
        assert (message["cause"], message["tries"]) == ("expired", 0), message


@pytest.mark.parametrize("what", ["carrier", "route", "company", "everything"])
def test_what_is_suspended_for_a_day(make_waiting, relay, numbers, what):
    gateway = make_waiting(COUNTED)
    route = next(r["name"] for r in gateway.admin("route", "list") if r["prefix"] == "61")
    change = {
        "carrier": lambda verb: gateway.admin("carrier", verb, name="demo"),
        "route": lambda verb: gateway.admin("route", verb, name=route),
        "company": lambda verb: gateway.admin("queue", verb, company=gateway.facts["company"]["name"]),
        "everything": lambda verb: gateway.admin("queue", verb, "--all"),
    }[what]
    change("suspend")
    lasting, ending = send_all(gateway, numbers)
    put_off(gateway)
    time.sleep(COUNTED_WITHIN_S)
    rest = gateway.rest()
    for message in map(rest.message, lasting):
        assert (message["state"], message["cause"], message["tries"]) == ("pending", "suspended", 0), message
    ended(rest, ending)
    assert not gateway.smsc.submits()
    change("resume")
    judge(gateway, relay, lasting, ending)


def test_what_was_refused_before_a_day_of_suspension(make_waiting, numbers):
    """Its next try is not counted while it cannot leave."""
    gateway = make_waiting({**COUNTED, "to_handset.retry_delay_s": 600})
    rest, smsc = gateway.rest(), gateway.smsc
    smsc.script(refuse=1, status=8)
    id = rest.send(next(numbers), "refused before")
    rest.wait_state(id, "fail")
    smsc.script()
    gateway.admin("carrier", "suspend", name="demo")
    put_off(gateway)
    time.sleep(COUNTED_WITHIN_S)
    message = gateway.rest().message(id)
    assert message["state"] in ("fail", "pending") and message["tries"] == 1, message
    gateway.admin("carrier", "resume", name="demo")
    assert gateway.rest().wait_state(id, "ok")["tries"] == 2
    assert [s["text"] for s in smsc.accepted()] == ["refused before"]


def test_a_carrier_that_is_away_for_a_day(make_waiting, relay, numbers):
    """Under `hold`, the demo's own: no try is counted."""
    gateway = make_waiting(SHORT)
    gateway.smsc.away()
    lasting, ending = send_all(gateway, numbers)
    put_off(gateway)
    time.sleep(COUNTED_WITHIN_S)
    for message in map(gateway.rest().message, lasting):
        assert message["state"] in ("pending", "fail") and message["tries"] == 0, message
    ended(gateway.rest(), ending)
    gateway.smsc.script()
    gateway.smsc.wait_bound()
    judge(gateway, relay, lasting, ending)


def test_validity_ends_in_memory_too(make_waiting, relay, numbers):
    """A text that waits for a link, in a gateway that goes on running."""
    gateway = make_waiting(SHORT)
    rest, smsc = gateway.rest(), gateway.smsc
    smsc.away()
    short, long = rest.send(next(numbers), ENDING, validity_s=2), rest.send(next(numbers), LASTING)
    ended(rest, [short])
    wait_until("its sender is told", lambda: [taken for taken in relay.mails() if taken.mail["X-EmailSMS-Id"] == short])
    smsc.script()
    rest.wait_state(long, "ok")
    assert [submit["text"] for submit in smsc.accepted()] == [LASTING]


@pytest.mark.parametrize("what", ["carrier", "company"])
def test_a_text_in_doubt_is_not_resent_over_what_is_suspended(make_waiting, numbers, what):
    gateway = make_waiting(SHORT)
    rest, smsc = gateway.rest(), gateway.smsc
    change = {
        "carrier": lambda verb: gateway.admin("carrier", verb, name="demo"),
        "company": lambda verb: gateway.admin("queue", verb, company=gateway.facts["company"]["name"]),
    }[what]
    smsc.script(noresp=1)
    id = rest.send(next(numbers), "in doubt")
    rest.wait_state(id, "in_doubt")
    change("suspend")
    smsc.script()
    wait_until("its wait is over and it stands still", lambda: rest.message(id)["cause"] == "suspended")
    time.sleep(1)
    assert rest.message(id)["state"] == "pending" and len(smsc.submits()) == 1
    change("resume")
    message = rest.wait_state(id, "ok")
    assert message["in_doubt"] and len(smsc.submits()) == 2, message


def test_what_may_have_arrived_is_not_said_to_have_failed(make_waiting, relay, numbers):
    """Its validity ends while an operator holds its resend back."""
    gateway = make_waiting(SHORT)
    rest, smsc = gateway.rest(), gateway.smsc
    smsc.script(noresp=1)
    id = rest.send(next(numbers), "in doubt", validity_s=8)
    rest.wait_state(id, "in_doubt")
    gateway.admin("carrier", "suspend", name="demo")
    message = rest.wait_state(id, "unknown")
    assert message["in_doubt"] and message["cause"] == "expired", message
    told = lambda: [taken.mail for taken in relay.mails() if taken.mail["X-EmailSMS-Id"] == id]
    wait_until("its sender is told", told)
    assert "may have arrived" in told()[0].get_content()


@pytest.mark.parametrize("point", ["settle", "hand_back"])
def test_what_was_taken_up_when_the_database_failed_is_taken_up_again(make_waiting, numbers, point):
    gateway = make_waiting({**SHORT, "faults.at": f"{point}.before_commit", "faults.nth": 1, "faults.what": "fail"})
    rest, smsc = gateway.rest(), gateway.smsc
    if point == "settle":
        smsc.script(noresp=1)
        id = rest.send(next(numbers), "taken up")
        rest.wait_state(id, "in_doubt")
    else:
        smsc.away()
        id = rest.send(next(numbers), "taken up")
        gateway.admin("queue", "suspend", "--all")
    wait_until("the database failed", lambda: f"told to fail at {point}.before_commit" in gateway.process.log.read_text())
    if point == "hand_back":
        gateway.admin("queue", "resume", "--all")
    smsc.script()
    assert rest.wait_state(id, "ok")["in_doubt"] == (point == "settle")
