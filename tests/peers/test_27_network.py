"""Carriers, routes and numbers over REST, for operators: what `emailsms admin` shows and does, with the same words [SPEC 4.6, 12.2]."""

import time

import pytest

from processes import wait_until


def get(gateway, path: str) -> dict:
    return gateway.rest().call("GET", path).expect(200).json


def test_both_ways_show_the_same(kept_apart):
    wait_until("the gateway knows of its link", lambda: get(kept_apart, "/carriers")["data"][0]["state"] == "up")
    (carrier,), (told,) = get(kept_apart, "/carriers")["data"], kept_apart.admin("carrier", "list")
    assert {**told, "state": "up"} == carrier
    assert get(kept_apart, f"/carriers/{carrier['id']}") == get(kept_apart, f"/carriers/{carrier['name']}") == carrier
    routes, told = get(kept_apart, "/routes")["data"], kept_apart.admin("route", "list")
    assert [{k: v for k, v in route.items() if k != "state"} for route in routes] == told
    assert get(kept_apart, f"/routes/{routes[0]['name']}")["data"] == [r for r in routes if r["name"] == routes[0]["name"]]
    numbers, told = list(kept_apart.rest().pages("/numbers", limit=7)), kept_apart.admin("number", "list", "--pairs")
    assert [{k: v for k, v in number.items() if k != "state"} for number in numbers] == told
    assert {number["number"] for number in numbers} == set(kept_apart.facts["pool"]) and {n["state"] for n in numbers} == {"in_pool"}
    assert get(kept_apart, f"/numbers/{numbers[3]['number']}") == numbers[3]
    assert all("pairs" not in number for number in kept_apart.admin("number", "list"))


def test_numbers_tell_how_many_handsets_may_answer_and_since_when(kept_apart, numbers):
    rest = kept_apart.rest()
    mine = [next(numbers) for _ in range(3)]
    before = {number["number"]: number for number in rest.pages("/numbers")}
    messages = [rest.wait_state(rest.send(handset, "hi"), "ok", "delivered") for handset in mine for _ in range(2)]
    after = {number["number"]: number for number in rest.pages("/numbers", limit=7)}
    assert after.keys() == before.keys()
    for number, shown in after.items():
        given = [m for m in messages if m["from"] == number]
        assert shown["pairs"] - before[number]["pairs"] == len(given), shown
        if given:
            assert shown["last_used_at"] >= max(m["accepted_at"] for m in given) and shown["last_used_at"] >= shown["held_since"]
            assert before[number]["held_since"] in (None, shown["held_since"])
        else:
            assert shown == before[number]
        assert shown["counted_since"] is None
    assert sum(n["pairs"] for n in after.values()) - sum(n["pairs"] for n in before.values()) == 6


@pytest.mark.parametrize("what", ["carriers", "routes"])
def test_suspended_over_rest_holds_and_loses_nothing(kept_apart, numbers, what):
    rest = kept_apart.rest()
    name = {"carriers": "demo", "routes": "SAU"}[what]
    state = lambda answer: (answer["data"][0] if what == "routes" else answer)["state"]
    for _ in range(2):
        assert state(rest.call("POST", f"/{what}/{name}/suspend").expect(200).json) == "suspended"
    shown = kept_apart.admin(what.removesuffix("s"), "list")
    assert all(one["suspended_at"] for one in shown if one["name"] == name)
    id = rest.send(next(numbers), f"held by {what}")
    wait_until("it is held", lambda: rest.message(id)["cause"])
    time.sleep(1)
    message = rest.message(id)
    assert (message["state"], message["cause"], message["tries"]) == ("pending", "suspended", 0)
    assert state(rest.call("POST", f"/{what}/{name}/resume").expect(200).json) in ("up", "open")
    assert rest.wait_state(id, "ok")["tries"] == 1
    log = kept_apart.log.read_text()
    assert any("suspended" in line and name in line and "usr_" in line for line in log.splitlines())


def test_only_operators_get_there(kept_apart):
    other = kept_apart.rest(kept_apart.facts["users"][-1])
    name = get(kept_apart, "/carriers")["data"][0]["name"]
    for method, path in (("GET", "/carriers"), ("GET", f"/carriers/{name}"), ("GET", "/routes"), ("GET", "/numbers"), ("POST", f"/carriers/{name}/suspend"), ("POST", "/routes/SAU/suspend")):
        assert other.call(method, path).expect(403).json["code"] == "not_permitted"
    assert get(kept_apart, f"/carriers/{name}")["suspended_at"] is None
    send_only = kept_apart.admin("api-key", "add", "--scope", "messages:send", email=kept_apart.facts["user"]["email"])
    rest = kept_apart.rest(send_only)
    assert rest.call("GET", "/inbound").expect(403).json["code"] == "not_permitted"


def test_what_is_not_there_and_what_is_not_known(kept_apart):
    rest = kept_apart.rest()
    for path in ("/carriers/nobody", "/routes/nobody", "/numbers/+61400999999"):
        assert rest.call("GET", path).expect(404).json["code"] == "not_found"
    for path in ("/carriers?state=up", "/numbers?limits=7", "/inbound?cursor=1", "/messages/msg_0000000000001?expand=1"):
        problem = rest.call("GET", path).expect(422).json
        assert problem["code"] == "invalid" and problem["errors"][0]["parameter"] == path.split("?")[1].split("=")[0], problem
    assert rest.call("DELETE", "/carriers/demo").expect(405).headers["allow"] == "GET, HEAD"
