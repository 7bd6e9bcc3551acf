"""Every check of SPEC 2.2 that is built, provoked at the REST door: the first that fails decides, with its code, its status and a sentence."""

import http.client
import json
import ssl
import subprocess
from urllib.parse import urlsplit

import pytest

from gateway import Rest

GOOD = "+61491570156"


def short(value):
    """A test's name from an argument that may be very long."""
    return repr(value)[:24]


def problem(answer, *statuses):
    """An RFC 9457 problem with a stable code and a sentence."""
    answer.expect(*statuses)
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.headers
    body = answer.json
    assert body["status"] == answer.status and body["code"] and body["title"], body
    assert len(body["detail"]) > 15, "the detail is a sentence that helps"
    return body


def refused(answer, *statuses):
    """One recipient, refused: the body of an acceptance, nothing in it accepted [SPEC 2.4]."""
    body = answer.expect(*statuses).json
    assert body["messages"] == [] and len(body["refused"]) == 1, body
    only = body["refused"][0]
    assert only["code"] and len(only["detail"]) > 15, only
    return only


def test_probes(plain):
    for path in ("/healthz", "/readyz", "/version"):
        plain.get(path).expect(200)


@pytest.mark.parametrize("key", [None, "", "nonsense", "gw_live_" + "A" * 43, "x" * 5000], ids=short)
def test_who_is_it(plain, key):
    assert problem(Rest(plain.facts["rest"], key).post(GOOD, "hi"), 401)["soap_code"] in (4, 10)


def test_identity_is_judged_before_the_text(plain):
    answer = Rest(plain.facts["rest"], "wrong").call("POST", "/messages", {"to": "no list", "text": 5})
    problem(answer, 401)


def test_a_disabled_user_is_refused_and_enabled_again(plain):
    user = plain.add_user()
    rest = plain.rest(user)
    rest.send(GOOD, "before")
    plain.admin("user", "disable", email=user["email"])
    assert problem(rest.post(GOOD, "hi"), 403)["soap_code"] == 2
    plain.admin("user", "enable", email=user["email"])
    rest.send(GOOD, "after")


def test_a_strange_reply_address_is_refused(plain):
    assert problem(plain.rest().post(GOOD, "hi", reply_to="someone@elsewhere.example"), 403)["soap_code"] == 1


def test_ones_own_reply_address_is_permitted(plain):
    plain.rest().send(GOOD, "hi", reply_to=plain.facts["user"]["email"])


def test_an_originator_is_refused(plain):
    answer = plain.rest().call("POST", "/messages", {"to": [GOOD], "text": "hi", "from": "ACME"})
    assert "from" in answer.expect(400, 403, 422).body.decode()


@pytest.mark.parametrize("text", ["", "a\0b", "x" * 100_000, "ä" * 1531 + "я"], ids=short)
def test_texts_that_cannot_be_sent(plain, text):
    assert problem(plain.rest().post(GOOD, text), 422)["soap_code"] == 9


def test_a_lone_surrogate_is_refused(plain):
    body = b'{"to":["%s"],"text":"\\ud83d"}' % GOOD.encode()
    problem(plain.rest().call("POST", "/messages", body, {"Content-Type": "application/json"}), 400, 422)


def test_the_longest_text_of_ten_parts_is_taken(plain):
    accepted = plain.rest().post(GOOD, "x" * 1530).expect(202).json
    assert accepted["messages"][0]["parts"] == 10
    problem(plain.rest().post(GOOD, "x" * 1531), 422)


WRONG_NUMBERS = ["", " ", "0", "123", "+", "+61", "0491", "call me", "0491 57O 156", "+61 2 9374 4000", "+99912345678", "61491570156789", "9" * 500, "0491\n570\n156x", "+61491570156;ext=5"]


@pytest.mark.parametrize("to", WRONG_NUMBERS, ids=short)
def test_numbers_of_every_wrong_shape(plain, to):
    only = refused(plain.rest().post(to, "hi"), 422)
    assert only["soap_code"] == 8 and only["to"] == to


@pytest.mark.parametrize("to", ["0491 570 156", "61491570156", "+61 491-570-156", "(0491) 570 156"])
def test_one_number_in_many_forms(plain, to):
    accepted = plain.rest().post(to, "hi").expect(202).json
    assert accepted["messages"][0]["to"] == GOOD


def test_several_recipients_are_judged_one_by_one(plain, number):
    answer = plain.rest().post([number, "nobody", GOOD, number], "hi").expect(202).json
    assert [m["to"] for m in answer["messages"]] == [number, GOOD, number]
    assert answer["messages"][0]["id"] == answer["messages"][2]["id"], "a duplicate gets the same id in its own position"
    assert [r["to"] for r in answer["refused"]] == ["nobody"]


def test_recipients_have_a_limit(plain, numbers):
    problem(plain.rest().post([next(numbers) for _ in range(1001)], "hi"), 413, 422)
    problem(plain.rest().post([], "hi"), 400, 422)


def test_a_restricted_list_lets_nobody_else_through(plain, number):
    company = plain.facts["users"][-1]
    rest = plain.rest(company)
    plain.admin("destination", "add", GOOD, company=company["company"])
    plain.admin("destination", "on", company=company["company"])
    rest.send(GOOD, "on the list")
    assert refused(rest.post(number, "not on it"), 403)["soap_code"] == 13
    plain.admin("destination", "off", company=company["company"])
    rest.send(number, "no list any more")


def test_the_quota_takes_the_first(plain, numbers):
    user = plain.add_user()
    plain.admin("quota", "set", company=plain.facts["company"]["name"], email=user["email"], parts=3)
    answer = plain.rest(user).post([next(numbers) for _ in range(5)], "hi").expect(202).json
    assert len(answer["messages"]) == 3 and len(answer["refused"]) == 2
    assert {r["soap_code"] for r in answer["refused"]} == {12}
    again = plain.rest(user).post(next(numbers), "hi")
    assert refused(again, 429)["soap_code"] == 12


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"to":"0491570156","text":"hi"}', b'{"to":[1],"text":"hi"}', b'{"to":["0491570156"]}', b'{"to":["0491570156"],"text":7}', b'{"text":"hi"}', b"\xff\xfe", b"[" * 20_000],
    ids=short,
)
def test_json_of_the_wrong_shape(plain, body):
    problem(plain.rest().call("POST", "/messages", body, {"Content-Type": "application/json"}), 400, 422)


def test_a_body_without_end_is_refused(plain):
    body = json.dumps({"to": [GOOD], "text": "x" * 3_000_000}).encode()
    plain.rest().call("POST", "/messages", body, {"Content-Type": "application/json"}).expect(413, 422)


SOAP = "/soapserver.dll/soap/ISoapServer"
# What is settled without the body, or before its end: method, path, headers, with a good key or not, and the status.
EARLY = [
    ("POST", "/v1/messages", {}, False, 401),
    ("POST", "/v1/messages", {"Content-Type": "text/plain"}, True, 415),
    ("DELETE", "/v1/messages", {}, True, 405),
    ("POST", "/v1/carriers/nobody/suspend", {}, True, 404),
    ("POST", "/v1/batches", {}, True, 501),
    ("POST", "/nothing", {}, False, 404),
    ("GET", "/healthz", {}, False, 200),
    ("PUT", SOAP, {}, False, 405),
    ("GET", SOAP, {}, False, 200),
    ("POST", "/demo/mailboxes/a@b.example", {}, False, 405),
]
LARGE = 6_000_000


@pytest.mark.parametrize("scheme", ["url", "https"])
@pytest.mark.parametrize("size", [100_000, LARGE])
def test_who_sends_all_before_listening_hears_why_not(plain, size, scheme):
    parts = urlsplit(plain.facts[scheme])
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=20, context=ssl.create_default_context(cafile=plain.facts["ca"]))
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.connect()
    socket, body = connection.sock, b" " * size
    cases = [*EARLY]
    if size == LARGE:
        cases += [("POST", "/v1/messages", {"Content-Type": "application/json"}, True, 413), ("POST", SOAP, {"Content-Type": "text/xml"}, False, 500)]
    for method, path, headers, is_known, status in cases:
        key = {"Authorization": f"Bearer {plain.facts['api_key']}"} if is_known else {}
        connection.request(method, path, body, {**headers, **key})
        answer = connection.getresponse()
        assert answer.read() and answer.status == status, (method, path, answer.status)
        assert connection.sock is socket, f"the connection stays, after {method} {path} too"
    for method, path, headers, is_known, status in cases:
        # With a length that is not known before its end, every connection ends.
        key = {"Authorization": f"Bearer {plain.facts['api_key']}"} if is_known else {}
        connection.request(method, path, iter([body[: size // 2], body[size // 2 :]]), {**headers, **key}, encode_chunked=True)
        answer = connection.getresponse()
        assert answer.read() and answer.status == status, (method, path, answer.status)
    connection.close()


def test_the_same_over_http_2(plain, tmp_path):
    body = tmp_path / "body"
    body.write_bytes(b" " * LARGE)
    curl = ["curl", "-sS", "--http2", "--cacert", plain.facts["ca"], "-o", "/dev/null", "-w", "%{http_version} %{http_code}\n", "--data-binary", f"@{body}"]
    for path, status in [("v1/messages", 401), ("nothing", 404), (SOAP[1:], 500)]:
        done = subprocess.run([*curl, plain.facts["https"].rstrip("/") + "/" + path], capture_output=True, text=True, timeout=60)
        assert (done.stdout, done.stderr) == (f"2 {status}\n", "")


def test_plain_http_where_tls_is_spoken_is_told_so(plain):
    connection = http.client.HTTPConnection(urlsplit(plain.facts["https"]).netloc, timeout=20)
    connection.request("POST", "/v1/messages", b" " * LARGE)
    answer = connection.getresponse()
    assert answer.status == 400 and b"https://" in answer.read()


@pytest.mark.parametrize("field,value", [("metadata", {"a": 1}), ("send_at", "2031-01-01T00:00:00Z"), ("split", True), ("template", "x")])
def test_a_field_is_honoured_or_refused_by_name(plain, field, value):
    answer = plain.rest().post(GOOD, "hi", **{field: value})
    if answer.status == 202:
        assert field == "send_at" and plain.rest().message(answer.json["messages"][0]["id"])["state"] == "scheduled"
    else:
        assert field in problem(answer, 400, 403, 422)["detail"]


def test_what_belongs_to_others_is_not_there(plain):
    mine = plain.rest().send(GOOD, "mine")
    for other in plain.facts["users"]:
        if other["api_key"] != plain.facts["api_key"]:
            problem(plain.rest(other).call("GET", f"/messages/{mine}"), 404)
    for nobody in ("msg_0", "msg_zzzzzzzzzzzzz", "nonsense", "msg_" + "9" * 500):
        problem(plain.rest().call("GET", f"/messages/{nobody}"), 400, 404, 414)


def test_paths_and_methods_that_do_not_exist(plain):
    problem(plain.rest().call("GET", "/nothing"), 404)
    problem(plain.rest().call("DELETE", "/messages"), 404, 405, 501)


def test_the_same_by_tls(plain):
    rest = plain.rest_tls()
    rest.send(GOOD, "sealed")
    assert rest.call("POST", "/messages", {"to": ["x"], "text": "hi"}).status == 422


def test_codes_at_the_soap_door(plain, number):
    soap, mine = plain.soap(), plain.facts["user"]["email"]
    assert soap.send(number, "hi", mine)["return"] == 0
    assert soap.send(number, "", mine)["return"] == 9
    assert soap.send("nobody", "hi", mine)["return"] == 8
    assert soap.send(number, "hi", "someone@elsewhere.example")["return"] == 1
    assert soap.send(number, "hi", mine, originator="ACME")["return"] == 1
    soap.key = "WRONG" + soap.key[5:]
    assert soap.send(number, "hi", mine)["return"] == 4
    soap.serial = "0000000000000000"
    assert soap.send(number, "hi", mine)["return"] == 10


def test_verify_is_clean(plain):
    plain.verify()
