"""What the REST door really answers, held against its own OpenAPI document by a validator that is not ours."""

import json

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from requests import PreparedRequest, Request, Session

from gateway import Door
from processes import PATIENCE_S, wait_until

GOOD = "+61491570156"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def document(plain):
    return plain.get("/openapi.json").expect(200).json


@pytest.fixture(scope="module")
def described(document, plain):
    """The document with the address at which this gateway is asked."""
    here = {**document, "servers": [{"url": plain.facts["url"].rstrip("/")}]}
    return OpenAPI.from_dict(here, config=Config(extra_media_type_deserializers={"application/problem+json": json.loads}))


class Asking:
    """Asks, and validates every answer; requests too, unless they are wrong on purpose."""

    def __init__(self, gateway, described):
        self.base, self.key, self.described, self.session = gateway.facts["url"].rstrip("/"), gateway.facts["api_key"], described, Session()

    def __call__(self, method, path, body=None, headers=None, key="", wrong=False):
        key = self.key if key == "" else key
        every = {**({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body, every = json.dumps(body).encode(), {**JSON, **every}
        asked: PreparedRequest = self.session.prepare_request(Request(method, self.base + path, headers=every, data=body))
        answer = self.session.send(asked, timeout=PATIENCE_S)
        if not wrong:
            self.described.validate_request(RequestsOpenAPIRequest(asked))
        self.described.validate_response(RequestsOpenAPIRequest(asked), RequestsOpenAPIResponse(answer))
        return answer


@pytest.fixture(scope="module")
def ask(plain, described):
    return Asking(plain, described)


def test_the_document_is_openapi(document):
    from openapi_spec_validator import OpenAPIV31SpecValidator

    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_good_answers_fit(ask, plain, number):
    for path in ("/healthz", "/readyz", "/version", "/openapi.json"):
        assert ask("GET", path, key=None).status_code == 200
    body = {"to": [number, "nobody"], "text": "as described", "reply_to": plain.facts["user"]["email"], "validity_s": 600, "receipts": "always", "priority": "urgent", "flash": False}
    sent = ask("POST", "/v1/messages", body, {"Idempotency-Key": "described"})
    assert sent.status_code == 202
    again = ask("POST", "/v1/messages", body, {"Idempotency-Key": "described"})
    assert again.headers["Idempotency-Replayed"] == "true"
    id = sent.json()["messages"][0]["id"]
    plain.rest().wait_state(id, "delivered")
    (text,) = plain.wait_handset(number)
    plain.reply(number, text["from"], "and answered").expect(202)
    plain.wait_mail(plain.facts["user"]["email"], f"Reply from Mobile# {number.lstrip('+')}")
    assert ask("GET", f"/v1/messages/{id}").json()["state"] == "delivered"
    events = ask("GET", f"/v1/messages/{id}/events?limit=1000").json()["data"]
    assert {"accepted", "receipt", "reply", "mail_sent"} <= {e["event"] for e in events}
    assert ask("GET", f"/v1/messages/{id}/events?limit=1").headers["Link"]
    assert ask("GET", "/v1/inbound?limit=1000").json()["data"]
    (carrier,) = ask("GET", "/v1/carriers").json()["data"]
    for one in ("carriers/" + carrier["id"], "routes", "routes/SAU", "numbers?limit=2", "numbers/" + plain.facts["pool"][0].replace("+", "%2B")):
        assert ask("GET", f"/v1/{one}").status_code == 200
    for path in (f"/v1/carriers/{carrier['id']}", "/v1/routes/SAU"):
        assert [ask("POST", f"{path}/{verb}").status_code for verb in ("suspend", "resume")] == [200, 200]
        assert ask("POST", f"{path}x/suspend").status_code == 404
    assert ask("GET", "/v1/carriers", key=plain.facts["users"][-1]["api_key"]).status_code == 403


@pytest.mark.parametrize(
    "status,code,ask_for",
    [
        (400, "malformed_json", {"body": b"{"}),
        (400, "malformed_json", {"body": b'{"to":["%s"],"text":"\\ud83d"}' % GOOD.encode()}),
        (401, "no_api_key", {"key": None, "body": {"to": [GOOD], "text": "hi"}}),
        (401, "unknown_caller", {"key": "gw_live_" + "A" * 43, "body": {"to": [GOOD], "text": "hi"}}),
        (403, "reply_address_not_permitted", {"body": {"to": [GOOD], "text": "hi", "reply_to": "x@elsewhere.example"}}),
        (403, "originator_not_permitted", {"body": {"to": [GOOD], "text": "hi", "from": "ACME"}}),
        (413, "too_large", {"body": {"to": [GOOD], "text": "x" * 2_000_000}}),
        (415, "not_json", {"body": b"to=1", "headers": {"Content-Type": "text/plain"}}),
        (422, "invalid", {"body": {"to": [GOOD], "text": "hi", "replyTo": "x"}}),
        (422, "invalid", {"body": b'{"to":["%s"],"text":"a","text":"b"}' % GOOD.encode()}),
        (422, "not_built", {"body": {"to": [GOOD], "text": "hi", "send_at": "2031-01-01T00:00:00Z"}}),
        (422, "text_refused", {"body": {"to": [GOOD], "text": " "}}),
        (422, "not_a_mobile_number", {"body": {"to": ["nobody"], "text": "hi"}}),
    ],
)
def test_refusals_fit(ask, status, code, ask_for):
    body = ask_for.get("body")
    headers = ask_for.get("headers") or (JSON if isinstance(body, bytes) else None)
    answer = ask("POST", "/v1/messages", body, headers, ask_for.get("key", ""), wrong=True)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"].rstrip()[-1] in ".?" and problem["request_id"] == answer.headers["x-request-id"]
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_refusals_that_need_a_state_fit(ask, plain, numbers):
    user = plain.add_user()
    plain.admin("quota", "set", company=plain.facts["company"]["name"], email=user["email"], parts=1)
    answer = ask("POST", "/v1/messages", {"to": [next(numbers)], "text": "x" * 161}, key=user["api_key"])
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert "needs 2 parts" in answer.json()["detail"] and "1 of 1 parts left" in answer.json()["detail"]
    plain.admin("user", "disable", email=user["email"])
    for method, path, body in (("POST", "/v1/messages", {"to": [GOOD], "text": "hi"}), ("GET", "/v1/inbound", None)):
        assert ask(method, path, body, key=user["api_key"]).json()["code"] == "inactive"
    for path in ("/v1/messages/msg_0000000000001", "/v1/messages/msg_0000000000001/events"):
        assert ask("GET", path).status_code == 404
    for query in ("limit=0", "limit=1001", "after=x", "since=1"):
        assert ask("GET", f"/v1/inbound?{query}", wrong=True).status_code == 422
    test = ask("POST", "/v1/messages", {"to": [GOOD], "text": "hi"}, key=plain.facts["api_key_test"]) if "api_key_test" in plain.facts else None
    assert test is None or test.json()["code"] == "not_permitted"


def test_all_refused_for_different_reasons_fits(ask, plain, number):
    other = plain.facts["users"][-1]
    plain.admin("destination", "on", company=other["company"])
    try:
        problem = ask("POST", "/v1/messages", {"to": ["nobody", number], "text": "hi"}, key=other["api_key"]).json()
    finally:
        plain.admin("destination", "off", company=other["company"])
    assert (problem["status"], problem["code"], problem["messages"]) == (422, "all_refused", []), problem
    assert [(r["to"], r["code"]) for r in problem["refused"]] == [("nobody", "not_a_mobile_number"), (number, "destination_restricted")]


def test_what_was_meant_is_told(plain, number):
    for field, meant in (("reply-to", "reply_to"), ("sendAt", "send_at"), ("scheduled_at", "send_at"), ("recipients", "to")):
        answer = plain.rest().post(number, "hi", **{field: "x"}).expect(422).json
        assert f"did you mean `{meant}`" in answer["detail"] and answer["errors"][0]["pointer"] == f"/{field}", answer


def test_a_reference_that_comes_twice_is_refused(plain, number):
    import http.client
    import urllib.parse

    address = urllib.parse.urlsplit(plain.facts["url"])
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE_S)
    body = json.dumps({"to": [number], "text": "hi"}).encode()
    connection.putrequest("POST", "/v1/messages")
    for name, value in (("Authorization", f"Bearer {plain.facts['api_key']}"), ("Content-Type", "application/json"), ("Content-Length", len(body))):
        connection.putheader(name, value)
    connection.putheader("Idempotency-Key", "one")
    connection.putheader("Idempotency-Key", "two")
    connection.endheaders(body)
    answer = connection.getresponse()
    problem = json.loads(answer.read())
    assert answer.status == 422 and problem["errors"][0]["parameter"] == "Idempotency-Key", problem


def test_the_log_has_the_request_id_and_no_text(plain, number):
    answer = plain.rest().post(number, "the owl flies at midnight", replyTo="x").expect(422)
    soap = plain.soap()
    assert soap.send(number, "the owl flies at midnight", "the owl")["return"] == 1
    lines_with = lambda *words: [line for line in plain.log.read_text().splitlines() if all(word in line for word in words)]
    (line,) = wait_until("the log tells of the first", lambda: lines_with(answer.headers["x-request-id"]))
    for part in ("usr_", "422", "invalid", "replyTo", "did you mean"):
        assert part in line, line
    (line,) = wait_until("the log tells of the second", lambda: lines_with("SendTextSMS", "is no mail address"))
    assert "usr_" in line and "reply_address_not_permitted" in line and "127.0.0.1" in line, line
    assert "the owl" not in plain.log.read_text()


def test_plain_http_on_the_https_port_is_told(plain):
    https = plain.facts["https"].replace("https://", "http://")
    answer = Door(https).call("GET", "/healthz").expect(400)
    assert "https://" in answer.body.decode()


def test_the_phone_tells_how_it_behaves(plain, number):
    plain.set_handset(number, coverage=False, receipt="none")
    behaviour = plain.get(f"/demo/handsets/{number.lstrip('+')}/behaviour").expect(200).json
    assert behaviour == {"coverage": False, "receipt": "none", "delay_s": 0.0}
    assert set(plain.get(f"/demo/handsets/{number.lstrip('+')}").expect(200).json) == {"texts"}
