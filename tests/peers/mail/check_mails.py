#!/usr/bin/env python3
"""Compares delivered mails with what they must be, byte for byte, by Python's own mail parser (standard library only).

    check_mails.py drive DEMO.json MAILDIR       drives a demo (its ready line in DEMO.json, started with --relay): reply and receipts
    check_mails.py abort DEMO.json MAILDIR       one text through a demo that cannot reach its SMSC (--smsc at a closed port,
                                                 --set to_handset.outage=classic, few and quick retries)

Every mail in MAILDIR is also held to the rules for all: headers, encoding, threading, no header that nobody asked for.
Exit status 0 and one line per check, else 1 and the difference.
"""
import datetime as dt
import difflib
import email
import email.policy
import email.utils
import json
import pathlib
import sys
import time
import urllib.error
import urllib.request
import zoneinfo

OURS = ["from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "content-transfer-encoding",
        "x-emailsms-time"]
SOMETIMES = ["in-reply-to", "references", "auto-submitted", "x-emailsms-id", "x-emailsms-note"]
BY_RELAYS = ["return-path", "x-original-to", "delivered-to", "received"]
HANDSET = "61491570156"


def fail(what):
    sys.exit(f"FAILED {what}")


def same(name, got, expected):
    if got != expected:
        lines = difflib.unified_diff(expected.splitlines(True), got.splitlines(True), "expected", "got")
        fail(f"{name}\n{''.join(lines)}\nexpected {expected!r}\ngot      {got!r}")
    print(f"ok {name}")


def read(maildir):
    """All mails, oldest first, with their decoded bodies (CRLF as LF)."""
    files = sorted(pathlib.Path(maildir, "new").glob("*"), key=lambda f: f.stat().st_mtime_ns)
    return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]


def body(mail):
    return mail.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")


def check_rules(mail):
    """What holds for every mail of ours."""
    name = f"{mail['Subject']} to {mail['To']}"
    names = [n.lower() for n in mail.keys() if n.lower() not in BY_RELAYS]
    for wanted in OURS:
        if names.count(wanted) != 1:
            fail(f"{name}: {names.count(wanted)} headers {wanted}")
    for extra in set(names) - set(OURS) - set(SOMETIMES):
        fail(f"{name}: unexpected header {extra}: {mail[extra]}")
    if mail.defects:
        fail(f"{name}: {mail.defects}")
    if mail.get_content_type() != "text/plain" or mail.get_content_charset() != "utf-8":
        fail(f"{name}: {mail['Content-Type']}")
    if mail["Content-Transfer-Encoding"].lower() not in ("base64", "quoted-printable"):
        fail(f"{name}: body travels as {mail['Content-Transfer-Encoding']}")
    domain = mail["From"].addresses[0].domain
    if str(mail["Reply-To"]) != f"no-reply@{domain}":
        fail(f"{name}: Reply-To {mail['Reply-To']}")
    person = str(mail["Subject"]).startswith("Reply from")
    if (mail["Auto-Submitted"] is None) != person:
        fail(f"{name}: Auto-Submitted {mail['Auto-Submitted']}")
    if not person and mail["Return-Path"] not in ("<>", None):
        fail(f"{name}: automatic, but its return path is {mail['Return-Path']}")
    dt.datetime.fromisoformat(str(mail["X-EmailSMS-Time"]).replace("Z", "+00:00"))
    if mail["In-Reply-To"] != mail["References"]:
        fail(f"{name}: In-Reply-To and References differ")


class Demo:
    def __init__(self, ready_file):
        self.ready = json.loads(pathlib.Path(ready_file).read_text().splitlines()[0])
        self.zone = zoneinfo.ZoneInfo(self.ready["company"]["zone"])

    def call(self, method, url, value=None):
        headers = {"Authorization": f"Bearer {self.ready['api_key']}", "Content-Type": "application/json"}
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            fail(f"{method} {url}: {refusal.code} {refusal.read().decode()}")

    def send(self, digits, text):
        sent = self.call("POST", self.ready["rest"] + "messages", {"to": ["+" + digits], "text": text})
        return sent["messages"][0]["id"]

    def message(self, sms_id):
        return self.call("GET", self.ready["rest"] + "messages/" + sms_id)

    def events(self, sms_id):
        return self.call("GET", f"{self.ready['rest']}messages/{sms_id}/events?limit=100")["data"]

    def accepted(self, sms_id):
        at = next(e["at"] for e in self.events(sms_id) if e["event"] == "accepted")
        return dt.datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(self.zone)

    def handset(self, method, digits, rest="", value=None):
        return self.call(method, f"{self.ready['url']}demo/handsets/{digits}{rest}", value)


def await_mail(maildir, subject, contains, patience_s=60):
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        found = [m for m in read(maildir) if str(m["Subject"]) == subject and contains in body(m)]
        if found:
            check_rules(found[0])
            return found[0]
        time.sleep(0.2)
    fail(f"no mail {subject!r} with {contains!r} within {patience_s} s")


def text_on(demo, digits, text):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for shown in demo.handset("GET", digits, "?wait_s=5")["texts"]:
            if shown["text"] == text:
                return shown
        time.sleep(0.2)
    fail(f"{digits} never showed {text!r}")


def drive(ready_file, maildir):
    demo = Demo(ready_file)
    for digits, receipt, word in [(HANDSET, "DELIVRD", "DELIVERED"), ("61491570157", "UNDELIV", "UNDELIVERABLE")]:
        demo.handset("DELETE", digits)
        demo.handset("PUT", digits, value={"coverage": True, "receipt": receipt, "delay_s": 0})
        text = f"Plans \U0001f600 \u00e4 for {digits}\nline two"
        sms_id = demo.send(digits, text)
        text_on(demo, digits, text)
        sent = demo.accepted(sms_id)
        mail = await_mail(maildir, f"Delivery Receipt from Mobile# {digits}", text)
        got = body(mail).split("\n")
        received = next((line for line in got if line.startswith("Received: ")), "")
        dt.datetime.strptime(received, "Received: %d/%m/%y %H:%M")
        same(f"receipt {word}", "\n".join(got), f"Delivery Receipt:\n\nStatus: {word}\nDestination: {digits}\n"
                                                f"Submitted: {sent:%d/%m/%y %H:%M}\n{received}\n\nMessage:\n\n{text}")
        same("receipt id", str(mail["X-EmailSMS-Id"]), sms_id)
    text = "Shall I bring the plans?"
    sms_id = demo.send(HANDSET, text)
    shown = text_on(demo, HANDSET, text)
    answer = "Yes \u20ac\n.\nBcc: eve@example.com"
    demo.handset("POST", HANDSET, "/replies", {"to": shown["from"], "text": answer})
    mail = await_mail(maildir, f"Reply from Mobile# {HANDSET}", text)
    sent = demo.accepted(sms_id)
    same("reply", body(mail), f"{answer}\n\n---Original Message--- Sent: {sent:%d/%m/%Y %H:%M}\n\n{text}")
    same("reply from", str(mail["From"]), f"{HANDSET}@{demo.ready['mail_domain']}")
    same("reply to its sender", mail["To"].addresses[0].addr_spec, demo.ready["user"]["email"])
    same("reply id", str(mail["X-EmailSMS-Id"]), sms_id)


def abort(ready_file, maildir):
    demo = Demo(ready_file)
    text = "Nobody will get this"
    sms_id = demo.send(HANDSET, text)
    mail = await_mail(maildir, "Message Failed", text, patience_s=180)
    message = demo.message(sms_id)
    same("state", f"{message['state']} {message['classic']}", "abort ABORT")
    got = body(mail).split("\n")
    dt.datetime.strptime(got[0].rsplit(" ", 1)[0], "Date: %d/%m/%Y %H:%M:%S")
    tries = message["tries"]
    plural = "attempt" if tries == 1 else "attempts"
    same("abort status", got[2], f"Status: Message to {HANDSET} could not be delivered after {tries} {plural}.")
    end = got.index("Message:") - 1
    for line in got[4:end]:
        dt.datetime.strptime(line[:19], "%d/%m/%Y %H:%M:%S")
    same("abort shape", "\n".join([got[1], got[3], got[end]] + got[end + 1:]), f"\n\n\nMessage:\n\n{text}")
    same("one line per try", str(end - 4), str(tries))


def main(args):
    commands = {"drive": (drive, 2), "abort": (abort, 2)}
    if not args or args[0] not in commands or len(args) != 1 + commands[args[0]][1]:
        sys.exit(__doc__)
    commands[args[0]][0](*args[1:])


main(sys.argv[1:])
