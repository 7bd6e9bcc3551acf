"""The scripted SMSC (smsc.js) as a process: its control, its log, and the texts put together again as a handset would show them."""

import json
import urllib.parse
import urllib.request
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from processes import PATIENCE_S, PEERS, Process, wait_until

PASSWORD = "pw"
QUIET = dict(
    throttle=0, qfull=0, invdst=0, refuse=0, status=8, bind=0, rate=0, noresp=0, delay=0, twice=0, wrongseq=0, dropAfter=0, dlr=0, dlrms=50, dlrform=3, decimal=0, spread=0
)


@dataclass
class Arrived:
    """A text as the handset shows it. `submits` are its lines in the log, one for each part that was submitted, repeats included."""

    to: str
    sender: str
    text: str
    submits: list = field(repr=False)


class Smsc:
    def __init__(self, directory: Path, first_id=1, tls=None):
        """`tls`: the PEM files of a key and its certificate; then the gateway is led to the port that speaks TLS."""
        directory.mkdir(parents=True, exist_ok=True)
        self.submit_log = directory / "submit.log"
        self.submit_log.touch()
        self._read_to, self._lines, self._rest = 0, [], b""
        env = {"PORT": "0", "CTL": "0", "PASS": PASSWORD, "LOG": str(self.submit_log), "ID0": str(first_id)}
        if tls:
            env |= {"TLSPORT": "0", "KEY": str(tls[0]), "CERT": str(tls[1])}
        self.process = Process(["node", PEERS / "smsc.js"], directory / "smsc.log", env, read_output=True)
        ready = self.process.ready_line(PATIENCE_S)
        self.port, self.control_port = ready["tls"] or ready["port"], ready["control"]
        self.password_file = directory / "smsc-password"
        self.password_file.write_text(PASSWORD)
        self.password_file.chmod(0o600)

    def demo_flags(self) -> list:
        return ["--smsc", f"127.0.0.1:{self.port}", "--smsc-system-id", "gateway", "--smsc-password-file", self.password_file]

    def stop(self):
        self.process.stop()

    def _control(self, path: str, **query) -> dict:
        url = f"http://127.0.0.1:{self.control_port}/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def set(self, **config):
        """Changes only what is named; `script` starts from a quiet SMSC."""
        self._control("set", **config)

    def script(self, **config):
        self._control("set", **{**QUIET, **config})

    def stats(self) -> dict:
        return self._control("stats")

    def drop_all(self):
        self._control("dropall")

    def drop(self, mode: str):
        """Cuts the links bound as `trx`, `tx` or `rx`."""
        self._control("dropall", mode=mode)

    def modes(self) -> list:
        """What is bound, in the order of the letters."""
        return self.stats()["modes"]

    def down(self, ms: int):
        self._control("down", ms=ms)

    def away(self):
        """Cuts every link and refuses binds until `script` says otherwise."""
        self.script(bind=8)
        self.drop_all()

    def reply(self, handset: str, to: str, text: str):
        """A text from a handset in the default alphabet, or in UCS-2 if it needs it; numbers with or without `+`."""
        coding = {"text": text} if text.isascii() else {"dcs": 8, "hex": text.encode("utf-16-be").hex()}
        self.reply_raw(handset, to, **coding)

    def reply_raw(self, handset: str, to: str, **octets):
        """`text` or `hex`, `dcs`, `esm`, `udh` go to the control as they are."""
        self._control("mo", **{"from": handset.lstrip("+"), "to": to.lstrip("+"), **octets})

    def wait_bound(self, timeout_s=PATIENCE_S):
        wait_until("the gateway is bound to the SMSC", lambda: self.stats()["sessions"] > 0, timeout_s)

    def wait_delivered(self, timeout_s=PATIENCE_S):
        wait_until("the gateway answered every deliver_sm", lambda: self.stats()["waiting"] == 0, timeout_s)

    def submits(self) -> list:
        """Every line of the log so far."""
        with open(self.submit_log, "rb") as log:
            log.seek(self._read_to)
            octets = log.read()
        self._read_to += len(octets)
        *whole, self._rest = (self._rest + octets).split(b"\n")
        self._lines += [json.loads(line) for line in whole]
        return self._lines

    def accepted(self) -> list:
        """Submits that the SMSC took, whether or not its answer reached anybody."""
        return [s for s in self.submits() if s["word"] in ("OK", "NORESP")]

    def arrived(self) -> list:
        return put_together(self.accepted())

    def wait_arrived(self, count: int, timeout_s=PATIENCE_S) -> list:
        return wait_until(f"{count} texts arrived", lambda: (lambda a: a if len(a) >= count else None)(self.arrived()), timeout_s)

    def wait_text(self, text: str, timeout_s=PATIENCE_S) -> Arrived:
        """The text that arrived with exactly these characters."""
        return wait_until(f"{text[:40]!r} arrived", lambda: next((a for a in self.arrived() if a.text == text), None), timeout_s)


def concatenation(submit: dict):
    """(reference, total, number) of a part by its user data header, with or without the leading length octet; None for a text in one part."""
    header = bytes.fromhex(submit.get("udh") or "")
    for octets in (header, header[1:]):
        at = 0
        while at + 2 <= len(octets):
            element, length = octets[at], octets[at + 1]
            value = octets[at + 2 : at + 2 + length]
            if len(value) < length:
                break
            if element == 0 and length == 3:
                return value[0], value[1], value[2]
            if element == 8 and length == 4:
                return int.from_bytes(value[:2], "big"), value[2], value[3]
            at += 2 + length
    return None


def put_together(submits: list) -> list:
    """Texts in the order in which their first part came. Parts belong together by (destination, source, reference, total); a part that came again counts
    once. A reference that starts over with another text begins a new one. Texts with parts missing are left out."""
    texts, open_texts = [], defaultdict(list)
    for submit in submits:
        place = concatenation(submit)
        if place is None:
            texts.append({1: (1, [submit])})
            continue
        reference, total, number = place
        key = (submit["dst"], submit["src"], reference, total)
        for candidate in open_texts[key]:
            had = candidate.get(number)
            if had is None:
                candidate[number] = (total, [submit])
                break
            if had[1][0]["text"] == submit["text"]:
                had[1].append(submit)
                break
        else:
            fresh = {number: (total, [submit])}
            open_texts[key].append(fresh)
            texts.append(fresh)
    return [_arrived(parts) for parts in texts if len(parts) == next(iter(parts.values()))[0]]


def _arrived(parts: dict) -> Arrived:
    in_order = [parts[number][1] for number in sorted(parts)]
    first = in_order[0][0]
    return Arrived(first["dst"], first["src"], "".join(p[0]["text"] for p in in_order), [s for p in in_order for s in p])
