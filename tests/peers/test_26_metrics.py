"""`/metrics` for Prometheus: closed until it is opened, well-formed by Prometheus's own tool, and true to what an independent SMSC saw [SPEC 16.5]."""

import re
import subprocess
import time

import pytest

from conftest import SHORT
from gateway import Door
from processes import PATIENCE_S, wait_until

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def text_of(gateway) -> str:
    answer = Door(gateway.facts["metrics"]).call("GET", "").expect(200)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.body.decode()


class Samples:
    """What `/metrics` said, by name and labels."""

    def __init__(self, text: str):
        self.of = {}
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                self.of[name, frozenset(LABEL.findall(labels or ""))] = float(value)

    def __call__(self, name: str, **labels) -> float:
        """The sum over all samples that have these labels; 0 without any."""
        wanted = set(labels.items())
        return sum(value for (named, has), value in self.of.items() if named == name and wanted <= has)

    def labels(self) -> set:
        return {value for _, has in self.of for _, value in has}


def samples(gateway) -> Samples:
    return Samples(text_of(gateway))


def settle(gateway, **expected):
    """Waits until `name: (labels, value)` all hold."""

    def there():
        now = samples(gateway)
        return now if all(now(name, **labels) == value for name, (labels, value) in expected.items()) else None

    return wait_until(f"metrics say {expected}", there, every_s=0.5)


@pytest.fixture(scope="module")
def watched(make_lasting_gateway, tmp_path_factory):
    from smsc import Smsc

    smsc = Smsc(tmp_path_factory.mktemp("watched"))
    gateway = make_lasting_gateway(smsc=smsc, settings={**SHORT, "carrier.window": 7, "carrier.rate": 200, "carrier.receipts": "every_part", "to_handset.in_doubt_wait_s": 6})
    yield gateway
    gateway.stop()
    gateway.verify()
    smsc.stop()


def test_it_is_closed_until_it_is_opened(make_gateway):
    gateway = make_gateway(settings={"metrics.open": False})
    assert "metrics" not in gateway.facts
    door = Door(gateway.facts["url"])
    ask = lambda **headers: door.call("GET", "/metrics", headers=headers)
    assert ask().expect(401).json["code"] == "no_api_key"
    stranger = gateway.facts["users"][-1]["api_key"]
    assert ask(Authorization=f"Bearer {stranger}").expect(403).json["code"] == "not_permitted"
    assert b"# TYPE emailsms_" in ask(Authorization=f"Bearer {gateway.facts['api_key']}").expect(200).body
    added = gateway.admin("api-key", "add", "--scope", "admin", email=gateway.facts["users"][-1]["email"])
    assert added["scopes"] == ["admin"]
    ask(Authorization=f"Bearer {added['api_key']}").expect(200)
    gateway.stop()
    gateway.settings = {"metrics.open": False, "metrics.listen": "127.0.0.1:0"}
    gateway.start()
    assert "emailsms_build_info" in text_of(gateway)
    base = gateway.facts["metrics"].removesuffix("/metrics")
    assert base not in gateway.facts["url"]
    Door(base).call("GET", "/v1/inbound").expect(404)
    Door(base).call("POST", "/metrics").expect(405)


def test_prometheus_itself_finds_nothing_wrong(watched, numbers):
    rest = watched.rest()
    watched.smsc.script(dlr=1)
    rest.wait_state(rest.send(next(numbers), "for the tool"), "delivered")
    checked = subprocess.run(["promtool", "check", "metrics"], input=text_of(watched), capture_output=True, text=True, timeout=PATIENCE_S)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_a_text_and_its_answer_are_counted_once(watched, numbers):
    rest, handset = watched.rest(), next(numbers)
    watched.smsc.script(dlr=1)
    before = samples(watched)
    accepted = rest.post([handset, next(numbers), "nobody"], "x" * 200).expect(202).json
    ids = [message["id"] for message in accepted["messages"]]
    for id in ids:
        message = rest.wait_state(id, "delivered")
    sender = rest.message(ids[0])["from"]
    watched.smsc.reply(handset, sender, "yes")
    watched.smsc.reply(next(numbers), sender, "from nobody we know")
    watched.wait_mail(watched.facts["user"]["email"], f"Reply from Mobile# {handset.lstrip('+')}")
    rest.call("GET", "/messages/msg_nothing").expect(404)
    after = settle(
        watched,
        emailsms_mail_queue=({}, 0),
        emailsms_queue_texts=({}, 0),
        emailsms_replies_total=({"fate": "unmatched"}, before("emailsms_replies_total", fate="unmatched") + 1),
        emailsms_deliveries_total=({"answer": "ESME_ROK"}, before("emailsms_deliveries_total", answer="ESME_ROK") + 6),
        emailsms_mails_total=({"outcome": "sent"}, before("emailsms_mails_total", outcome="sent") + 3),
    )
    grown = lambda name, **labels: after(name, **labels) - before(name, **labels)
    assert grown("emailsms_texts_accepted_total", door="rest") == 2
    assert grown("emailsms_texts_refused_total", door="rest", code="not_a_mobile_number") == 1
    assert grown("emailsms_requests_total", operation="/v1/messages", code="ok") == 1
    assert grown("emailsms_requests_total", operation="/v1/messages/{id}", code="not_found") == 1
    assert grown("emailsms_submits_total") == 4 == grown("emailsms_answers_total", status="ESME_ROK", carrier="demo")
    assert grown("emailsms_answer_seconds_count") == 4
    assert grown("emailsms_receipts_total", fate="matched") + grown("emailsms_receipts_total", fate="matched_later") == 4
    assert grown("emailsms_deliveries_total", kind="receipt", answer="ESME_ROK") == 4
    assert grown("emailsms_deliveries_total", kind="text", answer="ESME_ROK") == 2
    assert grown("emailsms_replies_total", fate="matched") == 1
    assert grown("emailsms_mails_total", kind="receipt", outcome="sent") == 2
    assert grown("emailsms_mails_total", kind="reply", outcome="sent") == 1
    for event, count in (("accepted", 2), ("submitting", 4), ("ok", 2), ("receipt", 4), ("reply", 1)):
        assert grown("emailsms_events_total", event=event) == count, event
    assert after("emailsms_link_up", carrier="demo", slot="1") == 1
    assert (after("emailsms_link_window"), after("emailsms_link_rate"), after("emailsms_link_in_flight")) == (7, 200, 0)
    assert grown("emailsms_commit_seconds_count") == grown("emailsms_commit_works_count") > 0
    assert after("emailsms_node_epoch") >= 1 and after("emailsms_nodes") == 1 and after("emailsms_database_up") == 1
    assert after("process_resident_memory_bytes") > 1e6 and after("process_open_fds") > 5
    # Words that are known beforehand, and nothing of anybody.
    assert not [value for value in after.labels() if re.search(r"\d{5}|@|msg_|nobody", value)], after.labels()


def test_trouble_shows(watched, numbers):
    rest = watched.rest()
    before = samples(watched)
    watched.smsc.script(invdst=1)
    rest.wait_state(rest.send(next(numbers), "refused"), "abort")
    watched.smsc.script(noresp=1)
    id = rest.send(next(numbers), "no answer")
    wait_until("it is swallowed", lambda: any(s["text"] == "no answer" for s in watched.smsc.submits()))
    watched.smsc.script()
    during = settle(watched, emailsms_queue_texts=({"state": "in_doubt", "priority": "normal"}, 1))
    rest.wait_state(id, "ok")
    after = settle(watched, emailsms_events_total=({"event": "resent"}, before("emailsms_events_total", event="resent") + 1))
    grown = lambda name, **labels: after(name, **labels) - before(name, **labels)
    assert grown("emailsms_answers_total", status="ESME_RINVDSTADR") == 1
    assert grown("emailsms_answers_total", status="no_answer") == 1
    assert grown("emailsms_events_total", event="in_doubt") == 1 and grown("emailsms_events_total", event="resent") == 1
    assert during("emailsms_link_up") == 1
    watched.smsc.away()
    settle(watched, emailsms_link_up=({}, 0))
    waiting = [rest.send(next(numbers), f"waits {n}", priority="urgent") for n in range(3)]
    down = settle(watched, emailsms_link_up=({}, 0), emailsms_queue_texts=({"priority": "urgent", "state": "pending"}, 3))
    assert down("emailsms_link_in_flight") == 0
    late = wait_until("they are overdue", lambda: (lambda s: s if s("emailsms_queue_oldest_due_seconds") >= 1 else None)(samples(watched)), every_s=0.5)
    assert late("emailsms_ready_texts", carrier="demo") + late("emailsms_link_in_flight") <= 3
    grew = lambda outcome: samples(watched)("emailsms_binds_total", outcome=outcome) > before("emailsms_binds_total", outcome=outcome)
    wait_until("a bind was refused", lambda: grew("failed"), every_s=0.5)
    watched.smsc.script()
    for id in waiting:
        rest.wait_state(id, "ok")
    assert grew("bound")


def test_what_is_suspended_shows(watched):
    watched.admin("queue", "suspend", "--all")
    watched.admin("carrier", "suspend", name="demo")
    settle(watched, emailsms_suspended=({}, 2))
    watched.admin("carrier", "resume", name="demo")
    settle(watched, emailsms_suspended=({"what": "all"}, 1))
    watched.admin("queue", "resume", "--all")
    settle(watched, emailsms_suspended=({}, 0))


def test_what_a_soap_client_was_told_is_counted(watched, number):
    before, soap = samples(watched), watched.soap()
    watched.smsc.script()
    assert soap.send(number, "by SOAP")["return"] == 0
    soap.key = "A" * 24
    assert soap.send(number, "by SOAP")["return"] == 4
    told = {"door": "soap", "operation": "SendTextSMS"}
    after = settle(watched, emailsms_requests_total=(told, before("emailsms_requests_total", **told) + 2))
    for code in ("ok", "wrong_key"):
        labels = {"door": "soap", "operation": "SendTextSMS", "code": code}
        assert after("emailsms_requests_total", **labels) - before("emailsms_requests_total", **labels) == 1, code
    assert after("emailsms_texts_accepted_total", door="soap") - before("emailsms_texts_accepted_total", door="soap") == 1


def test_the_gateway_answers_its_own_call_at_each_listener(watched):
    shown = settle(watched, emailsms_self_call_up=({}, 2))
    for listener in ("http", "https"):
        assert shown("emailsms_self_call_up", listener=listener) == 1
        assert 0 < shown("emailsms_self_call_seconds", listener=listener) < 5
        assert 0 <= time.time() - shown("emailsms_self_call_success_timestamp_seconds", listener=listener) < 90
    assert shown("emailsms_requests_total", door="soap", operation="RedWebServiceVersion", code="ok") >= 2


def test_a_relay_that_does_not_answer_is_seen_without_a_mail_and_with_one(make_gateway, number):
    from relay import Relay

    relay = Relay("refuse_greeting")
    gateway = make_gateway(relay=relay.address, settings={**SHORT, "mail.retry_s": 1})
    is_up = lambda: {value for (name, _), value in samples(gateway).of.items() if name == "emailsms_relay_up"}
    try:
        wait_until("the first look was refused", lambda: is_up() == {0}, every_s=0.5)
        rest = gateway.rest()
        id = rest.send(number, "anybody there?")
        message = rest.wait_state(id, "ok", "delivered")
        gateway.reply(number, message["from"], "yes")
        settle(gateway, emailsms_mails_total=({"outcome": "sent"}, 0), emailsms_relay_up=({}, 0))
        relay.behave("well")
        settle(gateway, emailsms_relay_up=({}, 1), emailsms_mail_queue=({}, 0))
        relay.behave("refuse_rcpt")
        gateway.reply(number, message["from"], "a no to one mail is an answer")
        later = samples(gateway)("emailsms_mails_total", outcome="later")
        wait_until("it was refused for now", lambda: samples(gateway)("emailsms_mails_total", outcome="later") > later, every_s=0.5)
        assert is_up() == {1}
        relay.close()
        settle(gateway, emailsms_relay_up=({}, 0))
        relay.listen()
        relay.behave("well")
        settle(gateway, emailsms_relay_up=({}, 1), emailsms_mail_queue=({}, 0))
    finally:
        relay.close()


@pytest.mark.only("postgres")
def test_nodes_and_their_slots_are_seen_from_each(make_gateway, make_smsc, tmp_path_factory):
    smsc = make_smsc()
    one = make_gateway(smsc=smsc, settings={**SHORT, "carrier.binds": 2})
    two = one.beside().start()
    try:
        has_bind = lambda node: (lambda now: now("emailsms_slots", holder="this") == 1 == now("emailsms_link_up"))(samples(node))
        wait_until("each has a bind", lambda: has_bind(one) and has_bind(two), every_s=0.5)
        for node in (one, two):
            now = samples(node)
            assert now("emailsms_slots") == 2 and now("emailsms_nodes") == 2
            assert 20 < now("emailsms_node_lease_seconds") <= 60
        assert samples(one)("emailsms_node_epoch") != samples(two)("emailsms_node_epoch")
    finally:
        two.stop()
