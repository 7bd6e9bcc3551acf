"""Repeats, pages, the shapes of SPEC 12.1, and the stand-ins of SPEC 16.2."""

import re
import subprocess
import time

from gateway import Door, in_parallel
from processes import wait_until

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def test_the_shape_of_an_acceptance_and_a_message(plain, number):
    accepted = plain.rest().post(number, "shape").expect(202).json["messages"][0]
    assert set(accepted) >= {"to", "id", "legacy_id", "state", "parts", "encoding"}
    assert accepted["id"].startswith("msg_") and 0 < accepted["legacy_id"] < 2**31 and accepted["parts"] == 1
    message = plain.rest().wait_state(accepted["id"], "ok", "delivered")
    assert set(message) >= {"id", "legacy_id", "state", "classic", "to", "from", "text", "parts", "tries", "in_doubt"}
    assert message["classic"] == "OK" and message["tries"] == 1 and message["in_doubt"] is False
    assert message["text"] == "shape" and message["from"].startswith("+") and message["to"] == number


def test_the_timeline(plain, number):
    id = plain.rest().send(number, "timeline")
    plain.rest().wait_state(id, "delivered")
    events = plain.rest().events(id)
    names = [e["event"] for e in events]
    assert [n for n in names if n in ("accepted", "number_chosen", "submitting", "ok", "receipt")] == ["accepted", "number_chosen", "submitting", "ok", "receipt"]
    assert all(RFC_3339.fullmatch(e["at"]) for e in events) and [e["at"] for e in events] == sorted(e["at"] for e in events)
    ok = events[names.index("ok")]
    assert ok["part"] == 1 and ok["try"] == 1 and ok["carrier"] and ok["command_status"] == "ESME_ROK"
    assert set(events[0]) >= {"at", "event", "cause", "part", "try", "carrier", "command_status"}


def test_events_by_pages(plain, number):
    rest = plain.rest()
    id = rest.send(number, "pages")
    rest.wait_state(id, "delivered")
    whole = rest.events(id)
    for limit in (1, 2, 3):
        assert list(rest.pages(f"/messages/{id}/events", limit))[: len(whole)] == whole
    first = rest.call("GET", f"/messages/{id}/events?limit=1").expect(200)
    assert len(first.json["data"]) == 1 and first.json["next"]
    for wrong in ("limit=0", "limit=x", "limit=-1", "after=nonsense"):
        rest.call("GET", f"/messages/{id}/events?{wrong}").expect(400, 422)


def test_head_is_get_without_the_body(plain, number):
    id = plain.rest().send(number, "headed")
    wait_until("nothing more comes of it", lambda: "mail_sent" in plain.rest().event_names(id))
    paths = [
        *("/", "/demo/page.css", "/demo/page.js", "/demo/config.json", f"/demo/handsets/{number[1:]}", f"/demo/handsets/{number[1:]}/behaviour", "/demo/mailboxes/nobody@acme.example"),
        *("/healthz", "/readyz", "/version", "/openapi.json", "/metrics", "/nothing", "/soapserver.dll/wsdl/ISoapServer", "/soapserver.dll/soap/ISoapServer"),
        *(f"/v1/messages/{id}", f"/v1/messages/{id}/events", "/v1/inbound", "/v1/carriers", "/v1/messages", "/v1/messages/nobody", "/v1/nothing"),
    ]
    key = {"Authorization": f"Bearer {plain.facts['api_key']}"}
    # New for each answer, or for each look.
    own = lambda path: {"date", "x-request-id", *(["content-length"] if path == "/metrics" else [])}
    for base, ca in [(plain.facts["url"], None), (plain.facts["https"], plain.facts["ca"])]:
        door = Door(base, ca)
        for path in paths:
            head, whole = door.call("HEAD", path, headers=key), door.call("GET", path, headers=key)
            assert (head.status, head.body) == (whole.status, b"") and whole.body, path
            assert int(head.headers["content-length"]) > 0, path
            differs = dict(head.headers.items() ^ whole.headers.items())
            assert set(differs) <= own(path), (path, differs)
    for path in ("/metrics", "/"):
        asked = Door(plain.facts["metrics"].removesuffix("/metrics"))
        assert asked.call("HEAD", path).status == asked.call("GET", path).status
    # What only POST does, HEAD does not.
    refused = door.call("HEAD", "/v1/carriers/1/suspend", headers=key)
    assert (refused.status, refused.headers["allow"]) == (405, "POST")
    over_http_2 = ["curl", "-sS", "--http2", "--head", "--cacert", plain.facts["ca"], "-w", "%{http_version} %{http_code} %{size_download}", "-o", "/dev/null"]
    for path, status in [("", 200), ("soapserver.dll/wsdl/ISoapServer", 200), ("nothing", 404)]:
        done = subprocess.run([*over_http_2, plain.facts["https"].rstrip("/") + "/" + path], capture_output=True, text=True, timeout=60)
        assert (done.stdout, done.stderr) == (f"2 {status} 0", "")


def test_a_repeat_returns_the_first_acceptance(plain, number):
    rest, key = plain.rest(), {"Idempotency-Key": "once-1"}
    first = rest.post(number, "only once", key).expect(202).json["messages"]
    again = rest.post(number, "only once", key).expect(202).json["messages"]
    assert [(m["id"], m["legacy_id"]) for m in first] == [(m["id"], m["legacy_id"]) for m in again]
    time.sleep(1)
    assert [t["text"] for t in plain.wait_handset(number)].count("only once") == 1


def test_the_same_key_with_another_request_is_refused(plain, number):
    rest, key = plain.rest(), {"Idempotency-Key": "once-2"}
    rest.post(number, "first", key).expect(202)
    rest.post(number, "second", key).expect(409, 422)


def test_the_reference_in_the_body_is_the_key_and_the_header_wins(plain, number):
    rest = plain.rest()
    first = rest.post(number, "ref", client_reference="ref-1").expect(202).json["messages"][0]["id"]
    assert rest.post(number, "ref", client_reference="ref-1").expect(202).json["messages"][0]["id"] == first
    third = rest.post(number, "ref", {"Idempotency-Key": "ref-3"}, client_reference="ref-1").expect(202).json["messages"][0]["id"]
    assert third != first


def test_keys_of_two_users_never_meet(plain, number):
    ids = {plain.rest(user).post(number, "mine", {"Idempotency-Key": "shared"}).expect(202).json["messages"][0]["id"] for user in plain.facts["users"]}
    assert len(ids) == len(plain.facts["users"])


def test_twins_in_flight_become_one(plain, number):
    rest = plain.rest()
    answers = in_parallel(20, lambda _: rest.post(number, "twin", {"Idempotency-Key": "twins"}), range(20))
    assert len({a.expect(202).json["messages"][0]["id"] for a in answers}) == 1
    time.sleep(1)
    assert len(plain.wait_handset(number)) == 1


def test_a_refusal_is_judged_anew(plain, number):
    rest, key = plain.rest(), {"Idempotency-Key": "once-refused"}
    rest.post(number, "", key).expect(422)
    rest.post(number, "now with text", key).expect(202)


def test_a_text_its_answer_and_the_mail(plain, number):
    address = plain.facts["user"]["email"]
    plain.clear_mails(address)
    id = plain.rest().send(number, "Lunch at noon?")
    (text,) = plain.wait_handset(number)
    assert text["text"] == "Lunch at noon?" and text["parts"] == 1 and text["flash"] is False
    pool = {n.lstrip("+") for n in plain.facts["pool"]}
    assert text["from"] in pool
    assert plain.reply(number, text["from"], "Yes, gladly").expect(202).json["parts"] == 1
    mail = plain.wait_mail(address, f"Reply from Mobile# {number.lstrip('+')}")
    lines = mail["text"].split("\n")
    assert lines[0] == "Yes, gladly" and lines[1] == "" and lines[2].startswith("---Original Message--- Sent: ") and lines[4] == "Lunch at noon?"
    (row,) = [r for r in plain.rest().inbound() if r["message_id"] == id]
    assert row["from"] == number and row["text"] == "Yes, gladly" and row["to"].lstrip("+") == text["from"]
    names = plain.rest().event_names(id)
    assert "reply" in names


def test_inbound_by_pages_and_its_cursor(plain, numbers):
    rest, sent = plain.rest(), []
    for n in range(5):
        to = next(numbers)
        rest.send(to, f"question {n}")
        plain.reply(to, plain.wait_handset(to)[0]["from"], f"answer {n}").expect(202)
        sent.append(f"answer {n}")
    wait_until("five replies", lambda: set(sent) <= {r["text"] for r in rest.inbound()})
    whole = rest.inbound()
    assert list(rest.pages("/inbound", limit=2)) == whole
    end = rest.call("GET", "/inbound?limit=1000").expect(200).json["next"]
    assert end, "a feed always hands out a cursor"
    assert rest.call("GET", f"/inbound?after={end}").expect(200).json["data"] == []


def test_a_handset_out_of_coverage(plain, number):
    plain.set_handset(number, coverage=False)
    id = plain.rest().send(number, "are you there")
    plain.rest().wait_state(id, "ok")
    time.sleep(1)
    assert plain.rest().message(id)["state"] == "ok"
    plain.set_handset(number, coverage=True)
    plain.rest().wait_state(id, "delivered")


def test_a_negative_receipt(plain, number):
    plain.set_handset(number, receipt="UNDELIV")
    id = plain.rest().send(number, "nobody home")
    assert plain.rest().wait_state(id, "undeliverable")["classic"] == "OK"
    mail = plain.wait_mail(plain.facts["user"]["email"], lambda m: m["subject"] == f"Delivery Receipt from Mobile# {number.lstrip('+')}")
    assert "Status: UNDELIVERABLE" in mail["text"].split("\n")


def test_stand_ins_refuse_what_is_not_theirs(plain, number):
    assert plain.handset(number) == []
    assert plain.reply(number, "+61412999999", "hello").status == 404
    assert plain.get("/demo/handsets/nonsense").status in (400, 404)
    assert Door(plain.facts["url"]).call("GET", f"/demo/handsets/{number.lstrip('+')}", headers={"Host": "evil.example"}).status in (400, 403, 421)


def test_a_reply_without_a_pair_is_kept(plain, number):
    own = plain.facts["pool"][0]
    assert plain.reply(number, own, "who is this?").expect(202)
    time.sleep(1)
    assert all(r["text"] != "who is this?" for user in plain.facts["users"] for r in plain.rest(user).inbound()), "never guessed"
    plain.verify()
