"""What the benchmarks share: a load by wrk on a gateway of one node or two, until its last text is submitted, and what that took."""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "proofs"))

WINDOW = 100


@dataclass
class Figures:
    accepted: int
    submits: int
    rate: float
    cpu_per_1000: float
    p50_ms: float
    p99_ms: float
    fsync_ms: float
    refused: int
    database_cpu_per_1000: float = 0.0


def probe_fsync(where: Path) -> float:
    """Median milliseconds of a 4 kB append with fdatasync, over half a second."""
    times, end = [], time.monotonic() + 0.5
    with open(where / "probe", "wb") as file:
        while time.monotonic() < end:
            began = time.monotonic()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - began)
    return statistics.median(times) * 1000


def offer(clients: int, seconds: int, urls: list, script: str, env: dict) -> list:
    """A wrk at each door, which share the clients; what each says at its end."""
    started = []
    for number, url in enumerate(urls):
        argv = ["wrk", "-t1", f"-c{clients // len(urls)}", f"-d{seconds}s", "--timeout", "10s", "-s", str(ROOT / "benches" / script), url]
        shifted = {**os.environ, **env, "FIRST": str(number * 3_000_000)}
        started.append(subprocess.Popen(argv, env=shifted, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    said = []
    for wrk in started:
        printed = wrk.communicate()[0]
        line = next((l for l in printed.splitlines() if l.startswith("BENCH ")), None)
        if wrk.returncode or line is None:
            raise SystemExit(f"wrk said nothing of use:\n{printed}")
        said.append(json.loads(line.removeprefix("BENCH ")))
    return said


def measure(where: Path, clients: int, seconds: int, smsc, urls: list, script: str, env: dict, cpu, database_cpu=lambda: 0.0) -> Figures:
    """`cpu()` and `database_cpu()`: seconds spent so far."""
    from processes import wait_until

    fsync_ms = probe_fsync(where)
    cpu_before, database_before = cpu(), database_cpu()
    began = time.time()
    said = offer(clients, seconds, urls, script, env)
    accepted = sum(door["requests"] - door["refused"] for door in said)
    if not accepted:
        raise SystemExit(f"nothing was accepted at {urls}: {said}")

    seen = [0, 0]

    def drained():
        count = smsc.stats()["stats"]["submit"]
        seen[1] = seen[1] + 1 if count == seen[0] else 0
        seen[0] = count
        return count >= accepted or seen[1] >= 40

    wait_until("the last text is submitted", drained, 120, 0.1)
    # Requests that wrk left unanswered at its end may have been accepted: a moment for their texts.
    time.sleep(0.5)
    cpu_spent, database_spent = cpu() - cpu_before, database_cpu() - database_before
    submits = smsc.submits()
    span_s = max(s["t"] for s in submits) / 1000 - began
    if len(submits) < accepted:
        print(f"    only {len(submits)} of {accepted} accepted texts were submitted", file=sys.stderr)
    per_1000 = 1000 / len(submits)
    refused = sum(door["refused"] + door["broken"] for door in said)
    # Of two doors the slower one's.
    p50_ms, p99_ms = (max(door[which] for door in said) for which in ("p50_ms", "p99_ms"))
    return Figures(accepted, len(submits), len(submits) / span_s, cpu_spent * per_1000, p50_ms, p99_ms, fsync_ms, refused, database_spent * per_1000)


def ours(where: Path, clients: int, seconds: int, cluster=None, nodes=1, program=None) -> Figures:
    """A gateway with empty books. Two nodes have a bind each and share what one has for a window."""
    from gateway import Gateway
    from processes import cpu_seconds
    from smsc import Smsc

    smsc = Smsc(where / "smsc")
    settings = {"carrier.window": WINDOW // nodes, "carrier.rate": 0, "carrier.receipts": "none", "to_handset.queue_cap": 10_000_000}
    if nodes > 1:
        settings["carrier.binds"] = nodes
    first = Gateway(where / "gateway", cluster, smsc, settings=settings, program=program).start()
    all_nodes = [first]
    try:
        all_nodes += [first.beside().start() for _ in range(nodes - 1)]
        wait_shared(first, nodes)
        env = {"KEY": first.facts["api_key"]}
        cpu = lambda: sum(cpu_seconds(node.process.pid) for node in all_nodes)
        urls = [node.facts["url"] for node in all_nodes]
        return measure(where, clients, seconds, smsc, urls, "emailsms.lua", env, cpu, cluster.cpu_seconds if cluster else lambda: 0.0)
    finally:
        for node in reversed(all_nodes):
            node.stop()
        smsc.process.kill()


def wait_shared(gateway, nodes: int):
    """Each node has a bind."""
    from processes import wait_until

    if nodes > 1:
        sql = f"SET search_path = {gateway.schema()}; SELECT epoch FROM slots WHERE bound = 1 AND epoch IN (SELECT epoch FROM nodes)"
        wait_until("each node has a bind", lambda: len(set(gateway.cluster.sql(sql, "emailsms").split())) == nodes)


def median(runs: list, field: str) -> float:
    return statistics.median(getattr(run, field) for run in runs)


HEADER = f"{'':34}{'submits/s':>10}{'CPU s/1,000':>13}{'p50 ms':>8}{'p99 ms':>8}{'fsync ms':>10}{'refused':>9}{'database CPU s/1,000':>22}"


def row(name: str, runs: list) -> str:
    """Medians, below `HEADER`."""
    database = median(runs, "database_cpu_per_1000")
    return (
        f"{name:34}{median(runs, 'rate'):>10,.0f}{median(runs, 'cpu_per_1000'):>13.3f}{median(runs, 'p50_ms'):>8.1f}{median(runs, 'p99_ms'):>8.1f}"
        f"{median(runs, 'fsync_ms'):>10.2f}{sum(r.refused for r in runs):>9}" + (f"{database:>22.3f}" if database else "")
    )
