"""`emailsms bench`: its counts are true, its runs stand beside each other, and it says no where it should."""

import json
import shutil
import signal
import subprocess
import tempfile

import pytest

from gateway import binary
from processes import Process, wait_until

CLIENTS = ["--clients", "8"]


@pytest.fixture
def bench(cluster, tmp_path):
    """Runs `emailsms bench` with a history of this test alone. What it leaves when it is killed goes too; its path is short, for a socket lies there."""
    temporary = tempfile.mkdtemp(prefix="bench-")

    def run(*flags, own=True):
        argv = [binary(), "bench", *CLIENTS, "--history", tmp_path / "history.json", *flags]
        if own and cluster:
            argv += ["--database", cluster.url]
        env = {"TMPDIR": temporary, **(cluster.env if cluster else {})}
        return Process(argv, tmp_path / "bench.log", env, read_output=True)

    yield run
    shutil.rmtree(temporary, ignore_errors=True)


def measured(process, expect=0) -> tuple:
    """What it printed, and what it said on standard error."""
    printed = process.child.stdout.read().decode()
    status = process.wait()
    said = process.log.read_text()
    assert status == expect, f"status {status}\n{printed}\n{said}"
    return printed, said


def a_file(directory, name: str, content: str):
    path = directory / name
    path.write_text(content + "\n")
    return path


@pytest.mark.parametrize("door", ["rest", "soap"])
def test_its_counts_are_those_of_an_smsc_that_is_not_ours(bench, make_smsc, door):
    smsc = make_smsc()
    printed, _ = measured(bench("--door", door, "--texts", 300, "--json", *smsc.demo_flags()))
    run = json.loads(printed)["run"]
    figures, setup = run["figures"], run["setup"]
    submits = smsc.accepted()
    assert figures["accepted"] == figures["ok"] == len(submits) == len({s["dst"] for s in submits}) == 300
    assert len({s["text"] for s in submits}) == 300 and all(len(s["text"]) == setup["length"] for s in submits)
    assert figures["refused"] == {} and figures["on_their_way"] == figures["ended_otherwise"] == 0
    times = figures["yes_ms"]
    assert 0 < times["p50"] <= times["p90"] <= times["p99"] <= times["max"]
    assert figures["cpu_s_per_1000"] > 0 and figures["peak_memory_octets"] > 1 << 20 and figures["fsync_ms"] > 0
    assert figures["to_smsc_ms"]["max"] >= 0 and figures["yes_per_s"] > 0 and figures["ok_per_s"] > 0
    assert setup["door"] == door and setup["window"] == 100
    assert smsc.stats()["stats"]["inflight_max"] <= 100


def test_a_second_run_shows_the_first_beside_it(bench, cluster, tmp_path):
    flags = ["--texts", "200", "--data", tmp_path / "data"]
    printed, _ = measured(bench(*flags))
    assert "last run" not in printed and row(printed, "accepted") == ["200"]
    printed, _ = measured(bench(*flags))
    assert "last run" in printed and row(printed, "accepted") == ["200", "200", "1.00"]
    assert row(printed, "database") == 2 * ["postgres" if cluster else "sqlite"]
    assert "differently" not in printed
    first, second = json.loads((tmp_path / "history.json").read_text())["runs"]
    assert first["figures"]["ok"] == second["figures"]["ok"] == 200

    printed, _ = measured(bench(*flags, "--door", "soap", "--set", "carrier.window=7"))
    assert "door rest → soap" in printed and "window 100 → 7" in printed
    whole = subprocess.run([binary(), "verify", "--data", tmp_path / "data"], env={"PATH": "", **(cluster.env if cluster else {})}, capture_output=True, text=True)
    assert whole.returncode == 0 and "600 SMS" in whole.stdout, whole.stdout + whole.stderr


def row(table: str, label: str) -> list:
    line = next(line for line in table.splitlines() if line.startswith(label))
    return line.removeprefix(label).split()


def test_a_gateway_that_runs_already(bench, plain, tmp_path):
    key = a_file(tmp_path, "api-key", plain.facts["api_key"])
    rest = ["--url", plain.facts["url"], "--api-key-file", key]
    printed, _ = measured(bench(*rest, "--texts", 100, "--json", "--to", "+61415100000..+61415100099", own=False))
    run = json.loads(printed)["run"]
    assert run["figures"]["accepted"] == run["figures"]["ok"] == 100 and run["figures"]["to_smsc_ms"]["p50"] >= 0
    assert len(plain.handset("61415100000")) == len(plain.handset("61415100099")) == 1
    assert run["version"] == plain.get("/version").json["version"]

    serial, sms_key = (a_file(tmp_path, name, plain.facts["user"][name]) for name in ("serial", "key"))
    soap = ["--soap", plain.facts["soap_legacy"], "--serial-file", serial, "--key-file", sms_key]
    printed, _ = measured(bench(*soap, "--texts", 100, "--json", "--to", "+61415200000..+61415200099", own=False))
    document = json.loads(printed)
    assert document["run"]["figures"]["accepted"] == document["run"]["figures"]["ok"] == 100
    assert "door" in [difference["name"] for difference in document["last"]["set_up_differently"]]


def test_what_is_wrong_is_said(bench, plain, tmp_path):
    wrong = a_file(tmp_path, "wrong", "esk_live_nobody")
    _, said = measured(bench("--url", plain.facts["url"], "--api-key-file", wrong, own=False), expect=1)
    assert "does not take this API key" in said and "401" in said and "nobody" not in said
    serial = a_file(tmp_path, "serial", plain.facts["users"][0]["serial"])
    _, said = measured(bench("--soap", plain.facts["soap_legacy"], "--serial-file", serial, "--key-file", wrong, own=False), expect=1)
    assert "does not take this serial and key: it answered code 4" in said
    _, said = measured(bench("--url", "http://sms.example/", "--api-key-file", wrong, own=False), expect=1)
    assert "phones of real people" in said and "--really" in said
    _, said = measured(bench("--set", "carrier.colour=red"), expect=1)
    assert "the gateway ended by itself" in said and "colour" in said
    assert not (tmp_path / "history.json").exists()


def test_refusals_are_counted_by_their_codes(bench):
    printed, _ = measured(bench("--texts", 40, "--json", "--set", "accounts.quota_user=25"))
    assert json.loads(printed)["run"]["figures"]["refused"] == {"429 quota_user": 15}
    printed, _ = measured(bench("--texts", 40, "--json", "--door", "soap", "--set", "accounts.quota_user=25"))
    assert json.loads(printed)["run"]["figures"]["refused"] == {"code 12": 15}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_it_leaves_nothing_running(bench, make_smsc, tmp_path, how):
    smsc = make_smsc()
    process = bench("--seconds", 60, *smsc.demo_flags())
    wait_until("texts arrive", lambda: len(smsc.accepted()) > 50)
    process.child.send_signal(how)
    if how == signal.SIGTERM:
        printed, _ = measured(process)
        assert "did not come to its end" in printed and int(row(printed, "accepted")[0].replace(",", "")) > 50
        assert not (tmp_path / "history.json").exists()
    else:
        process.kill()
    wait_until("the gateway has unbound", lambda: smsc.stats()["sessions"] == 0)
