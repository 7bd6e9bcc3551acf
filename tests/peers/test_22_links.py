"""Links as carriers want them, against an independent SMSC: a transmitter and a receiver as one bind, TLS, refused binds, and what differs from carrier to
carrier."""

import json
import subprocess
import time

import pytest

from conftest import SHORT
from gateway import in_parallel
from processes import PATIENCE_S, wait_until
from rawsmsc import RESPONSE, SUBMIT_SM, pdu
from smsc import Smsc


def bound_as(smsc, *modes, timeout_s=PATIENCE_S):
    wait_until(f"bound as {modes}", lambda: smsc.modes() == sorted(modes), timeout_s)


def says(gateway, *words) -> bool:
    log = gateway.log.read_text(errors="replace")
    return any(all(word in line for word in words) for line in log.splitlines())


def set_own(gateway, **settings):
    """Changes settings of the one carrier that a demo has, and waits until its link is made anew with them."""
    smsc = gateway.smsc
    before = smsc.stats()["stats"]["binds"]
    values = [f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in settings.items()]
    shown = gateway.admin("carrier", "set", name="demo", set=values)
    wait_until("the link is made anew", lambda: smsc.stats()["stats"]["binds"] > before and smsc.modes())
    return shown


@pytest.fixture
def own(make_gateway, make_smsc):
    """A gateway and an SMSC for one test, with short times, but for answers: none of these tests is about a missing one."""
    return make_gateway(smsc=make_smsc(), settings={**SHORT, "carrier.response_timeout_s": 10})


def test_own_settings_are_judged_kept_and_shown(own):
    set_own(own, window=50, rate=200)
    assert own.admin("carrier", "show", name="demo")["settings"] == {"window": 50, "rate": 200}
    assert own.admin("carrier", "list")[0]["settings"] == {"window": 50, "rate": 200}
    table = own.run("admin", "carrier", "list", "--data", own.data).stdout
    assert "rate=200, window=50" in table or "window=50, rate=200" in table, table
    for wrong, word in [
        (["--set", "window=0"], "window: must be from 1 to 1000"),
        (["--set", "windows=5"], "did you mean window?"),
        (["--set", "bind=both"], "bind: must be transceiver or split"),
        (["--set", "password=x"], "--password-file"),
        (["--set", "host=x"], "--host"),
        (["--unset", "bind"], "bind: is not among its own settings"),
        (["--set", "statuses={ESME_NONSENSE='permanent'}"], "ESME_NONSENSE"),
    ]:
        refused = own.run("admin", "carrier", "set", "--data", own.data, "--name", "demo", *wrong, expect=None)
        assert refused.returncode == 2 and word in refused.stderr, (refused.returncode, refused.stderr)
    left = own.admin("carrier", "set", name="demo", unset="rate")
    assert left["settings"] == {"window": 50}
    own.stop()
    # Without a gateway that runs it is the same command.
    assert own.admin("carrier", "set", name="demo", unset="window")["settings"] == {}
    own.verify()


def test_a_transmitter_and_a_receiver_are_one_bind(make_gateway, make_smsc, numbers):
    smsc = make_smsc(dlr=1)
    gateway = make_gateway(smsc=smsc, settings={**SHORT, "carrier.bind": "split"})
    rest, handset = gateway.rest(), next(numbers)
    bound_as(smsc, "rx", "tx")
    id = rest.send(handset, "both ways")
    sender = rest.wait_state(id, "delivered")["from"]
    smsc.reply(handset, sender, "back again")
    wait_until("the reply", lambda: [r["text"] for r in rest.inbound()] == ["back again"])
    for half in ("rx", "tx"):
        binds = smsc.stats()["stats"]["binds"]
        smsc.drop(half)
        wait_until(f"both are made again after {half} fell", lambda: smsc.stats()["stats"]["binds"] >= binds + 2)
        bound_as(smsc, "rx", "tx")
        rest.wait_state(rest.send(next(numbers), f"after {half}"), "delivered")
    gateway.stop()
    bound_as(smsc)
    gateway.verify()


def test_a_half_that_falls_puts_nothing_in_doubt(make_gateway, make_smsc, numbers):
    smsc = make_smsc(delay=1500)
    gateway = make_gateway(smsc=smsc, settings={**SHORT, "carrier.bind": "split", "carrier.window": 20, "carrier.response_timeout_s": 10})
    rest = gateway.rest()
    to = [next(numbers) for _ in range(20)]
    ids = in_parallel(10, lambda n: rest.send(to[n], f"in flight {n}"), range(20))
    wait_until("all are in flight", lambda: len(smsc.submits()) == 20)
    smsc.drop("rx")
    for id in ids:
        message = rest.wait_state(id, "ok")
        assert message["in_doubt"] is False and message["tries"] == 1
    bound_as(smsc, "rx", "tx")
    assert len(smsc.submits()) == 20


def test_term_lets_the_window_drain(make_gateway, make_smsc, numbers):
    smsc = make_smsc(delay=700)
    gateway = make_gateway(smsc=smsc, settings={**SHORT, "carrier.bind": "split", "carrier.response_timeout_s": 10})
    rest = gateway.rest()
    ids = [rest.send(next(numbers), f"last words {n}") for n in range(10)]
    wait_until("all are in flight", lambda: len(smsc.submits()) == 10)
    gateway.stop()
    bound_as(smsc)
    smsc.script()
    rest = gateway.start().rest()
    for id in ids:
        message = rest.message(id)
        assert message["state"] == "ok" and message["in_doubt"] is False
    assert len(smsc.submits()) == 10


def test_a_changed_carrier_unbinds_before_it_binds_again(own, numbers):
    """An account that allows one bind is not bound twice, and what is in the window is not in doubt."""
    rest, smsc = own.rest(), own.smsc
    smsc.script(delay=700)
    ids = [rest.send(next(numbers), f"before the change {n}") for n in range(5)]
    wait_until("all are in flight", lambda: len(smsc.submits()) == 5)
    own.admin("carrier", "set", name="demo", set="bind=split")
    seen = set()
    wait_until("it is bound anew", lambda: seen.add(tuple(smsc.modes())) or smsc.modes() == ["rx", "tx"], every_s=0.01)
    assert not any("trx" in modes and len(modes) > 1 for modes in seen), seen
    for id in ids:
        message = rest.wait_state(id, "ok")
        assert message["in_doubt"] is False and message["tries"] == 1


def certificate(directory, name, *more):
    key, cert = directory / f"{name}.key", directory / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", cert, *more],
        check=True,
        capture_output=True,
    )
    return key, cert


def test_tls_and_what_to_do_when_a_certificate_does_not_hold(make_gateway, tmp_path, numbers):
    # As carriers make them: signed by themselves, an authority and a server at once. Known by itself it needs no name.
    key, cert = certificate(tmp_path, "smsc.telco.example", "-addext", "subjectAltName=DNS:smsc.telco.example")
    smsc = Smsc(tmp_path / "smsc", tls=(key, cert))
    try:
        gateway = make_gateway(smsc=smsc, settings={**SHORT, "carrier.tls": "tls"}, start=False)
        gateway.start(bound=False)
        wait_until("it says what to do", lambda: says(gateway, "certificate", "carrier.tls_ca_file"))
        assert smsc.stats()["stats"]["binds"] == 0, "no password goes to somebody unknown"
        other = certificate(tmp_path, "other")[1]
        gateway.admin("carrier", "set", name="demo", set=f"tls_ca_file={other}")
        time.sleep(2)
        assert smsc.stats()["stats"]["binds"] == 0
        gateway.admin("carrier", "set", name="demo", set=f"tls_ca_file={cert}")
        bound_as(smsc, "trx")
        rest, handset = gateway.rest(), next(numbers)
        id = rest.send(handset, "unheard by others")
        sender = rest.wait_state(id, "ok")["from"]
        smsc.reply(handset, sender, "nor this")
        wait_until("the reply", lambda: [r["text"] for r in rest.inbound()] == ["nor this"])
        set_own(gateway, bind="split")
        bound_as(smsc, "rx", "tx")
        rest.wait_state(rest.send(next(numbers), "twice unheard"), "ok")
        gateway.stop()
        gateway.verify()
    finally:
        smsc.process.kill()


def test_a_port_without_tls_is_named(make_gateway, make_smsc):
    smsc = make_smsc()
    gateway = make_gateway(smsc=smsc, settings={**SHORT, "carrier.tls": "tls"}, start=False)
    gateway.start(bound=False)
    wait_until("it says what to do", lambda: says(gateway, "does the SMSC speak TLS"))
    assert smsc.stats()["stats"]["binds"] == 0


def test_a_refused_password_is_tried_rarely_and_named(make_gateway, make_smsc):
    smsc = make_smsc()
    smsc.password_file.write_text("wrong")
    gateway = make_gateway(smsc=smsc, settings={**SHORT, "carrier.reconnect_s": 0.1}, start=False)
    gateway.start(bound=False)
    wait_until("it says what to do", lambda: says(gateway, "ESME_RINVPASWD", "--password-file"))
    time.sleep(4)
    assert smsc.stats()["stats"]["binds"] == 1, "an account that is tried too often is locked"
    # What is changed is tried at once.
    smsc.password_file.write_text("pw")
    gateway.admin("carrier", "set", name="demo", password_file=smsc.password_file)
    # Of itself it would try again 30 s after the first time.
    bound_as(smsc, "trx", timeout_s=15)


def test_an_account_that_is_bound_elsewhere_is_tried_later(make_gateway, make_smsc):
    smsc = make_smsc(bind=5)
    gateway = make_gateway(smsc=smsc, settings={**SHORT, "carrier.reconnect_s": 0.1}, start=False)
    gateway.start(bound=False)
    wait_until("it says what to do", lambda: says(gateway, "ESME_RALYBND", "carrier.binds"))
    time.sleep(3)
    assert smsc.stats()["stats"]["binds"] == 1
    smsc.script()
    bound_as(smsc, "trx")


def test_statuses_mean_what_the_carrier_says(own, numbers):
    rest, smsc = own.rest(), own.smsc
    set_own(own, statuses="{ ESME_RSYSERR = 'permanent', 1025 = 'throttled', 0x58 = 'temporary' }")
    smsc.script(refuse=1, status=8)
    message = rest.wait_state(rest.send(next(numbers), "no system"), "abort")
    assert message["tries"] == 1
    smsc.script(refuse=1, status=1025)
    id = rest.send(next(numbers), "vendor's throttle")
    wait_until("refused a few times", lambda: sum(s["text"] == "vendor's throttle" for s in smsc.submits()) >= 3)
    smsc.script()
    assert rest.wait_state(id, "ok")["tries"] == 1, "no try counted"
    smsc.script(throttle=1)
    id = rest.send(next(numbers), "no throttle")
    rest.wait_state(id, "fail")
    smsc.script()
    assert rest.wait_state(id, "ok")["tries"] >= 2
    own.admin("carrier", "set", name="demo", unset="statuses")
    smsc.script(refuse=1, status=8)
    wait_until("the table of all holds again", lambda: rest.wait_state(rest.send(next(numbers), "later"), "fail", "abort")["state"] == "fail", every_s=0.5)


def test_the_last_part_speaks_for_all(own, number):
    """Receipts as the carrier is asked for them, changed while it runs."""
    rest, smsc = own.rest(), own.smsc
    set_own(own, receipts="last_part")
    smsc.script(dlr=1)
    id = rest.send(number, "long " * 100)
    message = rest.wait_state(id, "delivered")
    asked = [s["reg"] & 1 for s in smsc.submits()]
    assert message["parts"] == 4 and sorted(asked) == [0, 0, 0, 1]
    set_own(own, receipts="none")
    id = rest.send(number, "no word")
    rest.wait_state(id, "ok")
    assert smsc.submits()[-1]["reg"] & 1 == 0


def test_a_last_part_that_is_reported_first(own, number):
    """Its receipt is here before the other parts are accepted: that one word is the text's."""
    rest, smsc = own.rest(), own.smsc
    set_own(own, receipts="last_part", window=1)
    smsc.script(dlr=1, dlrms=0, throttle=0.6)
    ids = [rest.send(number, f"long {n} " * 60) for n in range(4)]
    time.sleep(3)
    smsc.script(dlr=1, dlrms=0)
    for id in ids:
        assert rest.wait_state(id, "delivered")["tries"] == 1


def test_a_throttled_part_before_an_accepted_one(make_gateway, raw_smsc, number):
    """The first part is told to wait, the second is taken later: what is left to do costs no try, and the taken part is not sent again."""

    def on_submit(send, sequence, body):
        if len(raw_smsc.submits) == 1:
            send(pdu(SUBMIT_SM | RESPONSE, 0x58, sequence, b"\0"))
            return False
        time.sleep(0.3)
        return True

    raw_smsc.on_submit = on_submit
    gateway = make_gateway(smsc=raw_smsc, settings={**SHORT, "carrier.window": 10, "carrier.response_timeout_s": 10})
    id = gateway.rest().send(number, "two parts " * 20)
    assert gateway.rest().wait_state(id, "ok")["tries"] == 1
    words = [event["event"] for event in gateway.rest().events(id)]
    assert len(raw_smsc.submits) == 3 and "fail" not in words, words


def test_service_and_interface_of_the_bind(make_gateway, make_smsc, number):
    settings = {**SHORT, "carrier.service_type": "VMA", "carrier.interface_version": "3.3", "carrier.system_type": "gw"}
    gateway = make_gateway(smsc=make_smsc(), settings=settings)
    gateway.rest().wait_state(gateway.rest().send(number, "with a service"), "ok")
