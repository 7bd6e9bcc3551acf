"""Starting and ending the processes of a test: every one that we start is ended by its own id, also when the test dies."""

import atexit
import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "tests" / "peers"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

# Costs nothing where things go well: several times what a slow machine with busy cores takes for anything here.
PATIENCE_S = 60

_running: set["Process"] = set()


class Process:
    """A child in a process group of its own, its standard error in `log`, its standard output a pipe (first line: see `ready_line`) or the same file."""

    def __init__(self, argv, log: Path, env=None, read_output=False, cwd=None):
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = log
        with open(log, "ab") as errors:
            self.child = subprocess.Popen(
                [str(a) for a in argv],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if read_output else errors,
                stderr=errors,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )
        _running.add(self)

    @property
    def pid(self) -> int:
        return self.child.pid

    def alive(self) -> bool:
        return self.child.poll() is None

    def ready_line(self, timeout_s: float) -> dict:
        """The line of JSON that says it is ready; if none comes in time, an error with the end of its log."""
        deadline, line = time.monotonic() + timeout_s, b""
        fd = self.child.stdout.fileno()
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([fd], [], [], left)[0]
            octets = os.read(fd, 65536) if ready else b""
            if not octets:
                state = "said nothing" if self.alive() else f"ended with status {self.child.returncode}"
                self.kill()
                raise RuntimeError(f"{self.child.args[0]} {state} within {timeout_s:.0f} s; the end of its log:\n{self.log_end()}")
            line += octets
        return json.loads(line.splitlines()[0])

    def log_end(self, lines=25) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, timeout_s=PATIENCE_S) -> int:
        """TERM, and the exit status; one that is still there after the time is killed, and that is an error."""
        if self.alive():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.kill()
                raise RuntimeError(f"{self.child.args[0]} did not end within {timeout_s} s of TERM; the end of its log:\n{self.log_end()}") from None
        return self._forget()

    def kill(self) -> int:
        if self.alive():
            self.child.kill()
        return self._forget()

    def wait(self, timeout_s=PATIENCE_S) -> int:
        """Waits for it to end of itself."""
        self.child.wait(timeout_s)
        return self._forget()

    def _forget(self) -> int:
        self.child.wait()
        if self.child.stdout:
            self.child.stdout.close()
        _running.discard(self)
        return self.child.returncode


def _end_all():
    for process in list(_running):
        process.kill()


def _on_term(_signal, _frame):
    raise SystemExit(143)


atexit.register(_end_all)
signal.signal(signal.SIGTERM, _on_term)


def cpu_seconds(pid: int) -> float:
    """User and system time of one process, its threads included, its children not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(what: str, condition, timeout_s=PATIENCE_S, every_s=0.05):
    """Polls until `condition()` is true and returns its value; after the time an AssertionError that names `what`. A `timeout_s` of one's own is for much work,
    or a claim: that it comes before something else would bring it about."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s:g} s: {what} (last: {value!r})")
        time.sleep(every_s)
