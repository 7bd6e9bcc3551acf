"""What the SOAP peers share: the demo's line of JSON, the stand-in handsets, and the list of what was checked.

    PEER --demo FILE [--prepared FILE] [--strict]

FILE holds the line that `emailsms demo --json` prints ("-" reads it from standard input). `--prepared` names a JSON file with
users whom the caller of the peer has brought into a state that the interface cannot bring about by itself:

    {"inactive": {"serial", "key"},     disabled user, department or company: code 2
     "exhausted": {"serial", "key"},    daily quota used up: code 12
     "restricted": {"serial", "key"},   a restricted list without 61491570158: code 13
     "lockable": {"serial"}}            may be locked by wrong keys: code 3 (default: the second of the demo's users)

What is not prepared is printed as skipped; with `--strict` that is a failure.
"""

import argparse
import json
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

HANDSET, SECOND_HANDSET, UNLISTED_HANDSET = "61491570156", "61491570157", "61491570158"


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--demo", required=True, help="file with the demo's line of JSON, - for standard input")
    parser.add_argument("--prepared", help="file with prepared users as JSON")
    parser.add_argument("--strict", action="store_true", help="what is skipped fails")
    given = parser.parse_args()
    source = sys.stdin if given.demo == "-" else open(given.demo, encoding="utf-8")
    with source:
        demo = json.loads(source.readline())
    prepared = {}
    if given.prepared:
        with open(given.prepared, encoding="utf-8") as file:
            prepared = json.load(file)
    if "lockable" not in prepared and demo.get("users"):
        prepared["lockable"] = {"serial": demo["users"][0]["serial"]}
    return demo, prepared, given.strict


class Checks:
    """Counts what matched; `finish` ends the program with 0 only if all did."""

    def __init__(self, strict):
        self.strict, self.failed, self.passed = strict, 0, 0

    def equal(self, what, got, expected):
        self.true(what, got == expected, f"got {got!r}, expected {expected!r}")

    def true(self, what, holds, otherwise=""):
        self.passed += bool(holds)
        self.failed += not holds
        print(f"ok      {what}" if holds else f"FAILED  {what}: {otherwise}", flush=True)

    def skip(self, what, reason):
        self.failed += self.strict
        print(f"skipped {what}: {reason}", flush=True)

    def finish(self):
        print(f"{self.passed} matched, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def wait_for(look, seconds=30.0):
    """The first true answer of `look`, else its last one."""
    deadline = time.monotonic() + seconds
    while not (answer := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer


class Handsets:
    """The demo's stand-in phones."""

    def __init__(self, demo):
        self.base = demo["url"].rstrip("/") + "/demo/handsets/"
        self.context = ssl.create_default_context(cafile=demo.get("ca")) if self.base.startswith("https") else None

    def _call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=self.context, timeout=40) as answer:
            return json.load(answer)

    def answer(self, handset, about, text):
        """Lets `handset` answer the text that contains `about`. False if the demo has no stand-in phones (an external SMSC)."""
        try:
            match = wait_for(lambda: [t for t in self._call(f"{handset}?wait_s=5")["texts"] if about in t["text"]])
            if not match:
                raise SystemExit(f"FAILED  the text {about!r} never reached {handset}")
            self._call(f"{handset}/replies", {"to": match[-1]["from"].lstrip("+"), "text": text})
            return True
        except urllib.error.HTTPError as error:
            if error.code == 409:
                return False
            raise


def journey(checks, demo, prepared, call, name):
    """The whole contract by one client. `call(operation, **arguments)` returns a dict of the answer's parts; it fills in what a client
    of its kind must send for the out parts."""
    serial, key = demo["user"]["serial"], demo["user"]["key"]
    marker = f"{name} {time.time_ns()}"

    def send(recipients=HANDSET, text=None, serial=serial, key=key, reply="", originator="", kind=0):
        return call("SendTextSMS", strInSerialNo=serial, strInSMSKey=key, strInRecipients=recipients,
                    strInMessageText=marker if text is None else text, strInReplyEmail=reply, strInOriginator=originator, iInType=kind)

    checks.equal("version", call("RedWebServiceVersion")["return"], "5.0")

    sent = send(f"{HANDSET};0491 570 157".replace(" ", ""), text=f"{marker} Grüße & <€> \U0001f600")
    checks.equal("send to two: return", sent["return"], 0)
    ids = sent["strOutMessageIDs"].split(",")
    checks.true("send to two: two different ids under 2^31",
                len(set(ids)) == len(ids) == 2 and all(i.isdigit() and 0 < int(i) < 2**31 for i in ids), repr(ids))

    def statuses(wanted):
        answer = call("CheckMessageStatus", strInSerialNo=serial, strInSMSKey=key, strInMessageIDs=",".join(wanted))
        return answer["return"], answer["strOutMessageStatus"]

    wait_for(lambda: statuses(ids)[1] == "OK,OK")
    checks.equal("status of two", statuses(ids), (0, "OK,OK"))
    checks.equal("status in the order asked, unknown ids are ABORT", statuses([ids[1], "2147483646", ids[0]]), (0, "OK,ABORT,OK"))
    checks.equal("status of nothing: code 8", statuses([])[0], 8)

    def fetch():
        return call("GetIncomingMessage", strInSerialNo=serial, strInSMSKey=key, strInReplyEmail="")

    answer_text = f"yes to {marker} é & <ü>"
    if Handsets(demo).answer(HANDSET, marker, answer_text):
        seen = {}

        def arrived():
            got = fetch()
            seen[got["strOutMessageContent"]] = got
            return answer_text in seen

        wait_for(arrived)
        checks.true("incoming arrives", answer_text in seen, f"seen {list(seen)!r}")
        got = seen.get(answer_text, {})
        checks.equal("incoming: sender without +", got.get("strOutSender"), HANDSET)
        stamp = got.get("strOutTimeStamp") or ""
        try:
            time.strptime(stamp, "%Y-%m-%d %H:%M:%S")
            checks.true("incoming: timestamp", True)
        except ValueError:
            checks.true("incoming: timestamp", False, repr(stamp))
        last = wait_for(lambda: (lambda a: a if not a["strOutSender"] else None)(fetch()))
        parts = {k: (last or {}).get(k) or "" for k in ("strOutSender", "strOutMessageContent", "strOutTimeStamp")}
        checks.equal("incoming: handed out once, then empty", (set(parts.values()), (last or {}).get("iOutMessagesLeft"), (last or {}).get("return")), ({""}, 0, 0))
    else:
        checks.skip("incoming", "this demo has no stand-in handsets")

    refusals = [
        (10, "unknown serial", send(serial="9" * 16)),
        (4, "wrong key", send(key="A" * 24)),
        (1, "a kind that does not exist", send(kind=9)),
        (1, "an originator that is not permitted", send(originator="MyShop")),
        (1, "a reply address that is not permitted", send(reply="someone@elsewhere.invalid")),
        (9, "no text", send(text="")),
        (9, "a text beyond ten parts", send(text="long " * 1000)),
        (8, "no recipient", send("")),
        (8, "not a mobile number", send("12")),
        (8, "one bad number among good ones refuses all", send(f"{HANDSET},+61299999999999999")),
        (8, "1,001 recipients", send(",".join([HANDSET] * 1001))),
    ]
    for code, what, answer in refusals:
        checks.equal(f"code {code}: {what}", (answer["return"], answer["strOutMessageIDs"] or ""), (code, ""))
    for code, state in ((2, "inactive"), (12, "exhausted"), (13, "restricted")):
        if state in prepared:
            answer = send(UNLISTED_HANDSET, **{k: prepared[state][k] for k in ("serial", "key")})
            checks.equal(f"code {code}: {state}", answer["return"], code)
        else:
            checks.skip(f"code {code}", f"no user prepared as {state}")
    if "lockable" in prepared:
        codes = [send(serial=prepared["lockable"]["serial"], key="B" * 24)["return"] for _ in range(12)]
        checks.true("code 3: too many wrong keys", codes[-1] == 3 and set(codes) <= {3, 4}, repr(codes))
    else:
        checks.skip("code 3", "no second user")
