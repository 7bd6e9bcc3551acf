"""What an API key is for: words only with their scope, and nothing of a test key reaches a carrier [SPEC 12.1, 12.4]."""

from gateway import Rest
from processes import wait_until


def with_key(gateway, *flags, scope=()) -> Rest:
    """As the demo's first user, with a new key."""
    added = gateway.admin("api-key", "add", *flags, email=gateway.facts["user"]["email"], scope=list(scope))
    return Rest(gateway.facts["rest"], added["api_key"])


def test_words_are_left_out_without_their_scope(kept_apart, number):
    rest = kept_apart.rest()
    id = rest.send(number, "the words of a text")
    sender = rest.wait_state(id, "ok", "delivered")["from"]
    kept_apart.smsc.reply(number, sender, "the words of a reply")
    reply = wait_until("the reply", lambda: next((r for r in rest.inbound() if r["message_id"] == id), None))
    assert rest.message(id)["text"] == "the words of a text" and reply["text"] == "the words of a reply"
    for scope, sees in (((), True), (("messages:read", "messages:text"), True), (("messages:read",), False)):
        other = with_key(kept_apart, scope=scope)
        message, replies = other.message(id), other.inbound()
        if not sees:
            assert "text" not in message and not any("text" in r for r in replies)
            assert "words" not in str([message, replies, other.events(id)])
            message["text"], replies = rest.message(id)["text"], [{**r, "text": reply["text"]} for r in replies if r["id"] == reply["id"]]
        assert message == rest.message(id) and reply in replies
    assert with_key(kept_apart, scope=["messages:text"]).call("GET", f"/messages/{id}").expect(403).json["code"] == "not_permitted"


def test_nothing_of_a_test_key_reaches_a_carrier(kept_apart, numbers):
    every = ["messages:send", "messages:read", "messages:text", "admin"]
    rest, test = kept_apart.rest(), with_key(kept_apart, "--test", scope=every)
    handsets = [next(numbers) for _ in range(4)]
    kept = rest.post(handsets[0], "kept", client_reference="same").expect(202).json["messages"][0]["id"]
    for body in (
        {"to": handsets[1:], "text": "of a test key"},
        {"to": [handsets[1]], "binary": "AAH/"},
        {"to": [handsets[1]], "text": "of a test key", "flash": True, "priority": "urgent", "client_reference": "mine"},
        {"to": [handsets[0]], "text": "kept", "client_reference": "same"},
    ):
        refused = test.call("POST", "/messages", body).expect(403).json
        assert refused["code"] == "not_permitted" and "sandbox is not built yet" in refused["detail"], refused
    for path in ("/carriers/demo/suspend", "/carriers/demo/resume", "/routes/SAU/suspend", "/routes/SAU/resume"):
        refused = test.call("POST", path).expect(403).json
        assert refused["code"] == "not_permitted" and "test key" in refused["detail"], refused
    for method, path in (("POST", "/messages/estimate"), ("POST", f"/messages/{kept}/cancel"), ("POST", "/batches"), ("POST", "/conversations/x/messages")):
        assert test.call(method, path).expect(501).json["code"] == "not_built"
    # What came after all these is out, and none of them.
    rest.wait_state(kept, "ok", "delivered")
    last = rest.send(handsets[0], "afterwards")
    rest.wait_state(last, "ok", "delivered")
    at_carrier = [s["text"] for s in kept_apart.smsc.submits() if s["dst"].lstrip("+") in {h.lstrip("+") for h in handsets}]
    assert sorted(at_carrier) == ["afterwards", "kept"]
    assert test.message(kept) == rest.message(kept)
