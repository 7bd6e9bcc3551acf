"""A real Postfix as the relay (postfix.sh), and what it delivered, read by Python's own mail parser."""

import datetime as dt
import email
import email.policy
import subprocess
from pathlib import Path

from processes import PATIENCE_S, PEERS, wait_until

OURS = ["from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "content-transfer-encoding", "x-emailsms-time"]
SOMETIMES = ["in-reply-to", "references", "auto-submitted", "x-emailsms-id", "x-emailsms-note"]
BY_RELAYS = ["return-path", "x-original-to", "delivered-to", "received"]


class Postfix:
    """Takes mail on a loopback port and delivers all of it into one maildir."""

    def __init__(self, directory: Path):
        directory.chmod(0o755)
        for above in directory.parents:
            # Its daemons run as other users: they must get through.
            if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)
        self.directory, self.port = directory, None
        self.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _script(self, verb: str, *more):
        argv = [PEERS / "postfix.sh", verb, self.directory, *more]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE_S)
        assert done.returncode == 0, f"postfix.sh {verb}: {done.stdout}{done.stderr}"
        return done

    def start(self):
        """On a free port at first, on the same one afterwards."""
        self.port = self._script("start", *([self.port] if self.port else [])).stdout.strip()

    def stop(self):
        self._script("stop")

    def mails(self) -> list:
        """All that was delivered, oldest first."""
        files = sorted((self.directory / "mails" / "all" / "new").glob("*"), key=lambda f: f.stat().st_mtime_ns)
        return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]

    def wait_mail(self, subject: str, contains: str, timeout_s=PATIENCE_S):
        """The one mail of that subject whose body contains that; held to the rules for all mails."""
        fits = lambda: [m for m in self.mails() if str(m["Subject"]) == subject and contains in body(m)]
        found = wait_until(f"a mail {subject!r} with {contains!r}", fits, timeout_s, 0.1)
        assert len(found) == 1, f"{len(found)} mails {subject!r} with {contains!r}"
        check_rules(found[0])
        return found[0]


def body(mail) -> str:
    """The decoded body, CRLF as LF; Postfix ends a file with a line end, base64 bodies have none of their own."""
    return mail.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")


def check_rules(mail):
    """What holds for every mail of ours: headers that nobody asked for, doubled or missing ones, encoding, threading [SPEC 6]."""
    name = f"{mail['Subject']} to {mail['To']}"
    names = [n.lower() for n in mail.keys() if n.lower() not in BY_RELAYS]
    assert {n: names.count(n) for n in OURS} == {n: 1 for n in OURS}, name
    assert not set(names) - set(OURS) - set(SOMETIMES), f"{name}: unexpected headers {set(names) - set(OURS) - set(SOMETIMES)}"
    assert not mail.defects, f"{name}: {mail.defects}"
    assert mail.get_content_type() == "text/plain" and mail.get_content_charset() == "utf-8", f"{name}: {mail['Content-Type']}"
    assert mail["Content-Transfer-Encoding"].lower() in ("base64", "quoted-printable"), f"{name}: {mail['Content-Transfer-Encoding']}"
    domain = mail["From"].addresses[0].domain
    assert str(mail["Reply-To"]) == f"no-reply@{domain}", f"{name}: Reply-To {mail['Reply-To']}"
    by_a_person = str(mail["Subject"]).startswith("Reply from")
    assert (mail["Auto-Submitted"] is None) == by_a_person, f"{name}: Auto-Submitted {mail['Auto-Submitted']}"
    assert by_a_person or mail["Return-Path"] in ("<>", None), f"{name}: automatic, but its return path is {mail['Return-Path']}"
    assert mail["In-Reply-To"] == mail["References"], f"{name}: In-Reply-To and References differ"
    dt.datetime.fromisoformat(str(mail["X-EmailSMS-Time"]).replace("Z", "+00:00"))
