"""The gateway under test, from outside: `emailsms demo --json` as a process, its REST and SOAP doors, its stand-ins, `admin` and `verify`."""

import base64
import http.client
import itertools
import json
import os
import re
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from processes import PATIENCE_S, TARGET, Process, wait_until

# The gateway closes connections that were silent for 10 s.
REUSED_WITHIN_S = 4
SETTLED = {"ok", "delivered", "undeliverable", "abort", "cancelled", "unknown"}
_names = itertools.count(1)


def binary() -> Path:
    path = Path(os.environ.get("EMAILSMS") or TARGET / "debug" / "emailsms")
    if not path.is_file():
        raise SystemExit(f"{path} is missing: build it (cargo build), or name the binary in EMAILSMS")
    return path


def toml_value(value) -> str:
    """JSON's numbers, booleans, lists of strings are TOML too; a bare string goes as it is [SPEC 16.2]."""
    return value if isinstance(value, str) else json.dumps(value)


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    def expect(self, *statuses) -> "Answer":
        assert self.status in statuses, f"HTTP {self.status} where {statuses} was due: {self.body[:600]!r}"
        return self


class Door:
    """A keep-alive HTTP connection for each thread, made anew after a pause in which the server may have closed it; a request that dies all the same is not
    repeated: callers decide."""

    def __init__(self, url: str, ca=None, timeout_s=PATIENCE_S):
        parts = urllib.parse.urlsplit(url)
        self._address, self._base = (parts.hostname, parts.port), parts.path.rstrip("/")
        self._tls = ssl.create_default_context(cafile=ca) if parts.scheme == "https" else None
        self._timeout_s, self._local = timeout_s, threading.local()

    def call(self, method: str, path: str, body=None, headers=None) -> Answer:
        connection = getattr(self._local, "connection", None)
        if connection and time.monotonic() - self._local.used_at > REUSED_WITHIN_S:
            connection.close()
            connection = None
        if connection is None:
            connection = self._local.connection = self._connect()
        try:
            connection.request(method, self._base + path, body, headers or {})
            answer = connection.getresponse()
            whole = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
            self._local.used_at = time.monotonic()
            return whole
        except (OSError, http.client.HTTPException):
            connection.close()
            self._local.connection = None
            raise

    def _connect(self):
        if self._tls:
            return http.client.HTTPSConnection(*self._address, timeout=self._timeout_s, context=self._tls)
        return http.client.HTTPConnection(*self._address, timeout=self._timeout_s)


class Rest:
    """`/v1` with one API key."""

    def __init__(self, url: str, key: str, ca=None):
        self.door, self.key = Door(url, ca), key

    def call(self, method: str, path: str, body=None, headers=None) -> Answer:
        every = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if body is not None and not isinstance(body, (bytes, str)):
            body, every["Content-Type"] = json.dumps(body), "application/json"
        return self.door.call(method, path, body, {**every, **(headers or {})})

    def post(self, to, text: str, headers=None, **more) -> Answer:
        return self.call("POST", "/messages", {"to": [to] if isinstance(to, str) else to, "text": text, **more}, headers)

    def send(self, to: str, text: str, **more) -> str:
        """One text to one handset; its id."""
        accepted = self.post(to, text, **more).expect(202).json
        assert len(accepted["messages"]) == 1 and not accepted["refused"], accepted
        return accepted["messages"][0]["id"]

    def message(self, id: str) -> dict:
        return self.call("GET", f"/messages/{id}").expect(200).json

    def events(self, id: str) -> list:
        return list(self.pages(f"/messages/{id}/events"))

    def event_names(self, id: str) -> list:
        return [e["event"] for e in self.events(id)]

    def pages(self, path: str, limit=100, after=None):
        """Every row of a paged list. A feed always hands out a cursor, so an empty page ends it too."""
        while True:
            query = {"limit": limit, **({"after": after} if after else {})}
            page = self.call("GET", f"{path}?{urllib.parse.urlencode(query)}").expect(200).json
            yield from page["data"]
            after = page["next"]
            if not page["data"] or after is None:
                return

    def inbound(self) -> list:
        return list(self.pages("/inbound"))

    def wait_state(self, id: str, *states, timeout_s=PATIENCE_S) -> dict:
        last = {}

        def there():
            last.update(self.message(id))
            return last["state"] in states

        try:
            wait_until(f"{id} is {' or '.join(states)}", there, timeout_s)
        except AssertionError as late:
            raise AssertionError(f"{late}; it is {last.get('state')}, its events: {self.event_names(id)}") from None
        return last


SOAP_NAMESPACE = "urn:SOAPServerImpl-ISOAPServer"


class Soap:
    """The legacy interface by hand-written envelopes: for tests of what is behind the door; the door itself has its own tests with real clients."""

    def __init__(self, url: str, serial: str, key: str, ca=None):
        parts = urllib.parse.urlsplit(url)
        self.door, self.path = Door(f"{parts.scheme}://{parts.netloc}", ca), parts.path
        self.serial, self.key = serial, key

    def call(self, operation: str, **arguments) -> dict:
        """The answer's parts by name, `return` as an int where it is one."""
        given = {"strInSerialNo": self.serial, "strInSMSKey": self.key, **arguments}
        inside = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in given.items())
        envelope = (
            '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<m:{operation} xmlns:m="{SOAP_NAMESPACE}">{inside}</m:{operation}></s:Body></s:Envelope>'
        ).encode()
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{SOAP_NAMESPACE}#{operation}"'}
        answer = self.door.call("POST", self.path, envelope, headers).expect(200)
        response = ElementTree.fromstring(answer.body)[-1][0]
        parts = {child.tag.rsplit("}", 1)[-1]: child.text or "" for child in response}
        if re.fullmatch(r"-?\d+", parts.get("return", "")):
            parts["return"] = int(parts["return"])
        return parts

    def send(self, to: str, text: str, reply="", originator="", kind=0) -> dict:
        return self.call(
            "SendTextSMS", strInRecipients=to, strInMessageText=text, strInReplyEmail=reply, strInOriginator=originator, iInType=kind, strOutMessageIDs=""
        )


class Gateway:
    """`emailsms demo`, restartable: the same directory, database and peers; `--set` may differ from run to run."""

    def __init__(self, directory=None, cluster=None, smsc=None, relay=None, settings=None, ready_s=PATIENCE_S, program=None):
        """`cluster`: a postgres.Cluster (else SQLite); `smsc`: a smsc.Smsc, `relay`: `host:port` (else the built-in ones); `settings`: {"table.key": value};
        `program`: another build than the one under test, which may be changed while it does not run, as `now` may, the time that it is to take for ours."""
        self.directory = Path(directory or tempfile.mkdtemp(prefix="emailsms-gateway-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data, self.log = self.directory / "data", self.directory / "gateway.log"
        self.cluster, self.smsc, self.relay = cluster, smsc, relay
        self.settings, self.ready_s = dict(settings or {}), ready_s
        self.env = {**(cluster.env if cluster else {}), "RUST_BACKTRACE": "1"}
        self.process, self.facts, self.joins = None, {}, False
        self.program, self.now = program, None

    def beside(self, settings=None, program=None) -> "Gateway":
        """A further node on the same directory and PostgreSQL, not started."""
        name = f"node{next(_names)}"
        node = Gateway(self.directory / name, self.cluster, self.smsc, self.relay, {**self.settings, **(settings or {})}, self.ready_s, program or self.program)
        node.data, node.joins = self.data, True
        return node

    def argv(self, **once) -> list:
        flags = ["demo", "--json", "--port", "0", "--data", self.data, *(["--join"] if self.joins else [])]
        if self.cluster:
            flags += ["--database", self.cluster.url]
        if self.smsc:
            flags += self.smsc.demo_flags()
        if self.relay:
            flags += ["--relay", self.relay]
        if self.now:
            flags += ["--now", self.now]
        for key, value in {**self.settings, **once}.items():
            flags += ["--set", f"{key}={toml_value(value)}"]
        return [self.program or binary(), *flags]

    def start(self, once=None, bound=True) -> "Gateway":
        """`once`: settings for this run only. Returns when its line of JSON is out and, with a scripted SMSC, the bind stands (unless it is not to)."""
        self.process = Process(self.argv(**(once or {})), self.log, self.env, read_output=True)
        self.facts = self.process.ready_line(self.ready_s)
        if self.smsc and bound:
            self.smsc.wait_bound()
        return self

    def stop(self):
        status = self.process.stop()
        assert status == 0, f"TERM ended it with status {status}; the end of its log:\n{self.process.log_end()}"

    def kill(self):
        """kill -9."""
        self.process.kill()

    def restart(self, once=None) -> "Gateway":
        if self.process.alive():
            self.stop()
        return self.start(once)

    def rest(self, user=None) -> Rest:
        """As `user` (an entry of `users`, or what add_user returned), by default the demo's own."""
        return Rest(self.facts["rest"], user["api_key"] if user else self.facts["api_key"])

    def rest_tls(self) -> Rest:
        return Rest(self.facts["https"].rstrip("/") + "/v1/", self.facts["api_key"], self.facts["ca"])

    def soap(self, user=None) -> Soap:
        who = user or self.facts["user"]
        return Soap(self.facts["soap_legacy"], who["serial"], who["key"])

    def get(self, path: str) -> Answer:
        """Below the plain base address, without a key."""
        return Door(self.facts["url"]).call("GET", path)

    # Stand-ins [SPEC 16.2].

    def _stand_in(self, method: str, path: str, body=None, **query) -> Answer:
        query = {k: v for k, v in query.items() if v is not None}
        url = f"/demo/{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        headers = {"Content-Type": "application/json"} if body is not None else {}
        return Door(self.facts["url"]).call(method, url, json.dumps(body) if body is not None else None, headers)

    def handset(self, number: str, since=None, wait_s=None) -> list:
        return self._stand_in("GET", f"handsets/{number.lstrip('+')}", since=since, wait_s=wait_s).expect(200).json["texts"]

    def wait_handset(self, number: str, count=1, timeout_s=PATIENCE_S) -> list:
        return wait_until(f"{count} texts on {number}", lambda: (lambda t: t if len(t) >= count else None)(self.handset(number)), timeout_s)

    def set_handset(self, number: str, **behaviour):
        self._stand_in("PUT", f"handsets/{number.lstrip('+')}", behaviour).expect(200, 204)

    def reply(self, handset: str, to: str, text: str) -> Answer:
        return self._stand_in("POST", f"handsets/{handset.lstrip('+')}/replies", {"to": to.lstrip("+"), "text": text})

    def mails(self, address: str, wait_s=None) -> list:
        return self._stand_in("GET", f"mailboxes/{urllib.parse.quote(address)}", wait_s=wait_s).expect(200).json["mails"]

    def wait_mail(self, address: str, match, timeout_s=PATIENCE_S) -> dict:
        """The first mail for which `match(mail)` holds; a string matches the subject, whole."""
        fits = match if callable(match) else lambda mail: mail["subject"] == match
        return wait_until(f"a mail to {address} that fits {match}", lambda: next(filter(fits, self.mails(address)), None), timeout_s, 0.1)

    def clear_mails(self, address: str):
        self._stand_in("DELETE", f"mailboxes/{urllib.parse.quote(address)}").expect(200, 204)

    # Commands.

    def run(self, *argv, expect=0):
        done = subprocess.run([str(a) for a in (self.program or binary(), *argv)], env={**os.environ, **self.env}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        if expect is not None:
            assert done.returncode == expect, f"emailsms {' '.join(map(str, argv))}: status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done

    def admin(self, noun: str, verb: str, *values, **flags) -> dict:
        """`emailsms admin NOUN VERB --data DIR --flag value… --json`: what it printed, parsed. A list gives its flag several times."""
        argv = ["admin", noun, verb, "--data", self.data, "--json", *values]
        for name, value in flags.items():
            for one in value if isinstance(value, list) else [value]:
                argv += [f"--{name.replace('_', '-')}", one]
        printed = self.run(*argv).stdout.strip()
        return json.loads(printed) if printed else {}

    def schema(self) -> str:
        """Of its directory, on PostgreSQL."""
        return json.loads((self.data / "demo.json").read_text())["schema"]

    def verify(self):
        """The invariants of the database, by the product's own word, whether it runs or not."""
        self.run("verify", "--data", self.data)

    def add_user(self, email=None, company=None) -> dict:
        """A user with a serial, a key and an API key, in the shape of the demo's `users`."""
        email = email or f"user{next(_names)}@{self.facts['user']['email'].split('@')[1]}"
        added = self.admin("user", "add", company=company or self.facts["company"]["name"], name=email.split("@")[0], email=email)
        key = self.admin("api-key", "add", email=email)
        return {**added, "email": email, "api_key": key["api_key"]}


def in_parallel(count: int, work, jobs) -> list:
    """`work(job)` for every job on `count` threads; results in the order of the jobs."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, jobs))


def header(mail: dict, name: str) -> str:
    """The one value of a header; None without it; an error when it is there twice."""
    values = [value for key, value in mail["headers"] if key.lower() == name.lower()]
    assert len(values) <= 1, f"{name} stands {len(values)} times"
    return values[0] if values else None


def raw(mail: dict) -> bytes:
    return base64.b64decode(mail["raw_base64"])


def handsets(start=0):
    """Possible Australian mobiles, each another, none of them a number of the demo's pool."""
    return (f"+6141{n:07d}" for n in itertools.count(start))
