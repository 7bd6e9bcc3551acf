"""Load whose books can be closed: every text carries a serial number and an Idempotency-Key, every request is repeated until it is answered, and at the
end what was acknowledged is held against what the SMSC logged."""

import http.client
import itertools
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from gateway import SETTLED, Gateway, Rest, handsets, in_parallel
from processes import wait_until

SERIAL = re.compile(r"#(\d{6})#")


class Load:
    """Threads that send until they are stopped, over any number of deaths of the gateway. `acknowledged` is serial → message id."""

    def __init__(self, gateway: Gateway, clients=8, limit=None, rate=None, first_handset=0, first_serial=1):
        """`limit`: texts in all; `rate`: texts a second over all clients, none for as fast as it goes; two loads need serials of their own."""
        self.gateway, self.acknowledged, self.wrong = gateway, {}, []
        self._serials, self._limit = itertools.count(first_serial), limit
        self._pause_s = clients / rate if rate else 0
        self._handsets = handsets(first_handset)
        self._lock, self._ended = threading.Lock(), threading.Event()
        self.number_of = {}
        self._threads = [threading.Thread(target=self._send_all, daemon=True) for _ in range(clients)]

    def start(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        self._ended.set()

    def join(self, timeout_s=120):
        """Every request answered; the gateway has to be up for that."""
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
            assert not thread.is_alive(), "a request was never answered"
        assert not self.wrong, f"refused without a reason: {self.wrong[:3]}"

    def run(self) -> "Load":
        self.start().join(600)
        return self

    def _next(self):
        with self._lock:
            serial = next(self._serials)
            if self._ended.is_set() or (self._limit and serial > self._limit):
                return None
            self.number_of[serial] = next(self._handsets)
            return serial

    def _send_all(self):
        rest = None
        while (serial := self._next()) is not None:
            rest = self._send(serial, rest)
            time.sleep(self._pause_s)

    def _send(self, serial: int, rest):
        """Until there is an answer; a new connection after each death, as the port stays."""
        body, key = f"#{serial:06d}# of the load", {"Idempotency-Key": f"load-{serial}"}
        while True:
            try:
                rest = rest or self.gateway.rest()
                answer = rest.post(self.number_of[serial], body, key)
            except (OSError, http.client.HTTPException):
                rest = None
                time.sleep(0.05)
                continue
            if answer.status == 202:
                self.acknowledged[serial] = answer.json["messages"][0]["id"]
                return rest
            if answer.status not in (429, 503, 507):
                self.wrong.append((answer.status, answer.body[:300]))
                return rest
            time.sleep(0.1)


@dataclass
class Books:
    """`extra`: submits beyond the first of each serial; `lost`: acknowledged and never seen by the SMSC; `unmarked`: doubles whose SMS was never in doubt;
    `unasked`: serials the SMSC saw that nobody acknowledged."""

    acknowledged: int
    submits: int
    in_doubt: int
    states: Counter
    lost: list = field(default_factory=list)
    unmarked: list = field(default_factory=list)
    unasked: list = field(default_factory=list)
    extra: int = 0

    def balance(self):
        assert not self.lost, f"{len(self.lost)} acknowledged texts never reached the SMSC: {self.lost[:5]}"
        assert not self.unmarked, f"{len(self.unmarked)} doubles were never marked in doubt: {self.unmarked[:5]}"
        assert not self.unasked, f"{len(self.unasked)} texts that nobody sent: {self.unasked[:5]}"

    def __str__(self):
        states = ", ".join(f"{n} {s}" for s, n in sorted(self.states.items()))
        return f"{self.acknowledged} acknowledged, {self.submits} submits, {len(self.lost)} lost, {self.extra} doubled, {len(self.unmarked)} of them unmarked, {self.in_doubt} ever in doubt; {states}"


def settle(rest: Rest, ids, timeout_s=180) -> dict:
    """Waits until each SMS has a state that lasts; {id: message}."""
    messages, open_ids = {}, list(ids)

    def look():
        nonlocal open_ids
        for message in in_parallel(8, rest.message, open_ids):
            messages[message["id"]] = message
        open_ids = [id for id in open_ids if messages[id]["state"] not in SETTLED]
        return not open_ids

    try:
        wait_until("every SMS is settled", look, timeout_s, 0.5)
    except AssertionError:
        left = Counter(messages[id]["state"] for id in open_ids)
        raise AssertionError(f"{len(open_ids)} SMS are not settled within {timeout_s} s: {left}; e.g. {open_ids[:3]} {rest.events(open_ids[0])}") from None
    return messages


def count_submits(submits) -> Counter:
    """Serial → submits that the SMSC took."""
    return Counter(int(m[1]) for s in submits if (m := SERIAL.search(s["text"])))


def close(rest: Rest, load: Load, smsc, timeout_s=180) -> Books:
    messages = settle(rest, load.acknowledged.values(), timeout_s)
    taken = count_submits(smsc.accepted())
    books = Books(len(load.acknowledged), sum(taken.values()), sum(m["in_doubt"] for m in messages.values()), Counter(m["state"] for m in messages.values()))
    for serial, id in load.acknowledged.items():
        books.extra += max(0, taken[serial] - 1)
        if not taken[serial]:
            books.lost.append((serial, messages[id]["state"]))
        if taken[serial] > 1 and not messages[id]["in_doubt"]:
            books.unmarked.append((serial, id))
    books.unasked = [serial for serial in taken if serial not in load.acknowledged]
    return books
