"""Several carriers on a route: failover, what stays, weights, and what an operator suspends [SPEC 4.2, 4.6, 2.8]."""

import time

import pytest

from conftest import SHORT
from gateway import in_parallel
from processes import wait_until
from smsc import Smsc

FIRST_POOL, SECOND_POOL = [f"+6140000{n:04d}" for n in range(1, 21)], [f"+6140000{n:04d}" for n in range(501, 521)]


@pytest.fixture(scope="module")
def two(make_lasting_gateway, tmp_path_factory):
    """A gateway with two carriers for Australia: the demo's own first, `second` behind it; `.smsc` and `.second` are theirs."""
    first, second = Smsc(tmp_path_factory.mktemp("first")), Smsc(tmp_path_factory.mktemp("second"), first_id=1_000_000)
    settings = {**SHORT, "to_handset.failover_s": 0.5, "carrier.window": 5, "pool.numbers": FIRST_POOL}
    gateway = make_lasting_gateway(smsc=first, settings=settings)
    gateway.second = second
    gateway.admin("carrier", "add", name="second", host="127.0.0.1", port=second.port, system_id="gateway", password_file=second.password_file)
    gateway.admin("route", "add", prefix="61", carrier="second", rank=2, name="SAU-2")
    gateway.admin("number", "add", f"{SECOND_POOL[0]}..{SECOND_POOL[-1]}", carrier="second")
    wait_up(gateway)
    yield gateway
    gateway.stop()
    gateway.verify()
    first.stop()
    second.stop()


@pytest.fixture(autouse=True)
def quiet(two):
    two.smsc.script()
    two.second.script()
    wait_up(two)


def wait_up(two):
    """Both SMSCs have a link, and the gateway knows it."""
    for smsc in (two.smsc, two.second):
        smsc.wait_bound()
    wait_until("every carrier is up", lambda: {c["state"] for c in two.admin("carrier", "list")} == {"up"})


def took(smsc, text: str) -> list:
    return [s for s in smsc.accepted() if s["text"] == text]


def test_the_first_rank_takes_everything_while_it_is_well(two, numbers):
    for n in range(20):
        two.rest().wait_state(two.rest().send(next(numbers), f"well {n}"), "ok")
    assert len([s for s in two.smsc.accepted() if s["text"].startswith("well ")]) == 20


def test_failover_and_back(two, number):
    rest = two.rest()
    two.smsc.away()
    wait_until("the gateway knows", lambda: "down" in {c["state"] for c in two.admin("carrier", "list")})
    id = rest.send(number, "over the second")
    message = rest.wait_state(id, "ok")
    assert took(two.second, "over the second") and not took(two.smsc, "over the second")
    assert message["from"] in SECOND_POOL and message["tries"] == 1
    two.smsc.script()
    wait_up(two)
    rest.wait_state(rest.send(number, "back on the first"), "ok")
    assert took(two.smsc, "back on the first")


def test_texts_that_wait_in_memory_move_over(two, numbers):
    """Accepted while the first was well and slow; it dies; they leave over the second, none twice, no try counted."""
    rest = two.rest()
    two.smsc.script(delay=700)
    jobs = [(next(numbers), f"moving {n}") for n in range(60)]
    ids = dict(zip(in_parallel(10, lambda job: rest.send(*job), jobs), (text for _, text in jobs)))
    wait_until("some are in the window", lambda: any(s["text"].startswith("moving ") for s in two.smsc.submits()))
    two.smsc.down(8_000)
    for id in ids:
        rest.wait_state(id, "ok")
    over = [text for text in ids.values() if took(two.second, text)]
    # Those that the first had not taken before: most of them, unless sending took long.
    assert set(over) == {text for text in ids.values() if not took(two.smsc, text)} and len(over) >= 10, f"{len(over)} went over the second"
    for id, text in ids.items():
        if took(two.second, text):
            assert rest.message(id)["tries"] == 1 and not rest.message(id)["in_doubt"]
            assert len(took(two.second, text)) == 1 and not took(two.smsc, text)


def test_a_temporary_refusal_goes_elsewhere_on_the_next_try(two, number):
    two.smsc.script(refuse=1, status=8)
    id = two.rest().send(number, "refused by the first")
    message = two.rest().wait_state(id, "ok")
    assert took(two.second, "refused by the first") and message["tries"] == 2 and message["from"] in SECOND_POOL


def test_throttling_is_no_reason_to_go_elsewhere(two, numbers):
    two.smsc.script(throttle=0.5)
    ids = [two.rest().send(next(numbers), f"slowly {n}") for n in range(10)]
    for id in ids:
        assert two.rest().wait_state(id, "ok", timeout_s=180)["tries"] == 1
    assert len([s for s in two.smsc.accepted() if s["text"].startswith("slowly ")]) == 10


def test_a_text_with_an_accepted_part_stays_with_its_carrier(two, numbers):
    """Texts of four parts, of which the first carrier accepts some at the first try, and texts of one part, of which it refuses some."""
    two.smsc.script(refuse=0.4, status=8)
    long = {f"<{n:02d}>" * 150: two.rest().send(next(numbers), f"<{n:02d}>" * 150) for n in range(15)}
    short = {f"short {n:02d}": two.rest().send(next(numbers), f"short {n:02d}") for n in range(25)}
    tries = {text: two.rest().wait_state(id, "ok", "abort", timeout_s=180)["tries"] for text, id in {**long, **short}.items()}
    first, second = ({s["text"] for s in smsc.accepted()} for smsc in (two.smsc, two.second))
    parts_over = lambda texts: {text for text in long if any(text[:4] in part for part in texts)}
    assert parts_over(first) | parts_over(second) == set(long) and not parts_over(first) & parts_over(second), "each over one carrier"
    assert any(tries[text] > 1 for text in parts_over(first)), "some were tried again where a part was accepted"
    moved = set(short) & second
    assert moved and not moved & first and all(tries[text] > 1 for text in moved), "some moved, for no part of them was accepted"


def test_a_suspended_carrier_is_passed_over_and_two_hold(two, numbers):
    rest = two.rest()
    two.admin("carrier", "suspend", name="demo")
    try:
        id = rest.send(next(numbers), "past the suspended")
        rest.wait_state(id, "ok")
        assert took(two.second, "past the suspended")
        two.admin("route", "suspend", name="SAU-2")
        id = rest.send(next(numbers), "nowhere to go")
        lines = lambda: [(l["state"], l["cause"], l["texts"]) for l in two.admin("queue", "list")]
        wait_until("it is held", lambda: lines() == [("pending", "suspended", 1)])
        time.sleep(1)
        message = rest.message(id)
        assert (message["state"], message["tries"]) == ("pending", 0) and lines() == [("pending", "suspended", 1)]
    finally:
        two.admin("carrier", "resume", name="demo")
        two.admin("route", "resume", name="SAU-2")
    message = rest.wait_state(id, "ok")
    assert message["tries"] == 1 and took(two.smsc, "nowhere to go")


def test_a_suspended_company_holds_nobody_else(two, numbers):
    rest, company = two.rest(), two.facts["company"]["name"]
    other = two.rest(next(u for u in two.facts["users"] if not u["email"].endswith(two.facts["user"]["email"].split("@")[1])))
    # Ten a second: some leave, and the others would for six seconds.
    two.smsc.script(delay=500)
    waiting = [m["id"] for m in rest.post([next(numbers) for _ in range(60)], "on its way").expect(202).json["messages"]]
    two.admin("queue", "suspend", company=company)
    try:
        held = rest.send(next(numbers), "held back")
        other.wait_state(other.send(next(numbers), "not theirs"), "ok")
        wait_until("nothing is in the window", lambda: not [l for l in two.admin("queue", "list") if l["state"] == "submitting"])
        states = [rest.message(id) for id in waiting]
        assert any(m["state"] == "pending" and m["tries"] == 0 for m in states), "what waited in memory is held too"
        assert rest.message(held)["state"] == "pending"
        assert not took(two.smsc, "held back")
    finally:
        two.admin("queue", "resume", company=company)
        two.smsc.script()
    for id in [*waiting, held]:
        assert rest.wait_state(id, "ok")["tries"] == 1


def test_everything_is_suspended_and_survives_a_restart(two, numbers):
    rest = two.rest()
    two.admin("queue", "suspend", "--all")
    ids = [rest.send(next(numbers), f"all held {n}") for n in range(10)]
    two.restart()
    rest = two.rest()
    assert {rest.message(id)["state"] for id in ids} == {"pending"}
    two.admin("queue", "resume", "--all")
    for id in ids:
        assert rest.wait_state(id, "ok")["tries"] == 1


def test_one_companys_bulk_delays_no_others_alert(two, numbers):
    rest = two.rest()
    other = two.rest(next(u for u in two.facts["users"] if not u["email"].endswith(two.facts["user"]["email"].split("@")[1])))
    two.admin("carrier", "suspend", name="second")
    try:
        # Fifty a second, twenty seconds for the bulk.
        two.smsc.script(delay=100)
        for n in range(4):
            rest.post([next(numbers) for _ in range(250)], f"bulk {n}").expect(202)
        before = len(two.smsc.accepted())
        other.wait_state(other.send(next(numbers), "alert"), "ok")
        overtaken = [s["text"] for s in two.smsc.accepted()[before:]]
        assert "alert" in overtaken and overtaken.index("alert") < 400, "an alert waits for its turn, not for the bulk"
    finally:
        two.admin("carrier", "resume", name="second")
        two.smsc.script()
    wait_until("the bulk is through", lambda: not two.admin("queue", "list"), 180)


def test_a_carrier_without_numbers_takes_nothing(two, numbers):
    """What came from none of our numbers could not be answered: it goes another way, or waits."""
    rest, second = two.rest(), two.second
    two.admin("carrier", "add", name="bare", host="127.0.0.1", port=second.port, system_id="gateway", password_file=second.password_file)
    two.admin("route", "add", prefix="61", carrier="bare", rank=1, name="SAU-0")
    ids = [rest.send(next(numbers), f"past the bare {n}") for n in range(10)]
    assert {rest.wait_state(id, "ok")["from"] for id in ids} <= set(FIRST_POOL)
    for name in ("demo", "second"):
        two.admin("carrier", "suspend", name=name)
    waits = rest.send(next(numbers), "until there is a number")
    wait_until("it waits", lambda: rest.message(waits)["cause"] == "no_numbers")
    assert (rest.message(waits)["state"], rest.message(waits)["tries"]) == ("pending", 0)
    two.admin("number", "add", "+61400000901", carrier="bare")
    assert rest.wait_state(waits, "ok")["from"] == "+61400000901"
    for name in ("demo", "second"):
        two.admin("carrier", "resume", name=name)
    two.admin("route", "remove", prefix="61", carrier="bare")


def test_what_is_held_back_stands_in_the_log(two):
    two.admin("queue", "suspend", "--all")
    two.admin("queue", "resume", "--all")
    log = lambda: two.process.log.read_text()
    wait_until("both stand there", lambda: 'held=["everything"]' in log() and "nothing is suspended any more" in log())
