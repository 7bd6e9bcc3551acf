"""What somebody meets who sets up a gateway in earnest: `serve`, `migrate`, `admin`, `verify` and `check-config`, asked rightly and wrongly."""

import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import time

import pytest

from gateway import Rest, binary
from postgres import free_port
from processes import PATIENCE_S, ROOT, Process, wait_until

_database_count = iter(range(1, 1000))


class Installation:
    """A directory with a settings file, on a database of its own."""

    def __init__(self, directory, cluster, **carrier):
        self.directory, self.cluster = directory, cluster
        self.keys, self.file = directory / "keys", directory / "gateway.db"
        self.port = free_port()
        if cluster:
            name = f"newuser{os.getpid()}_{next(_database_count)}"
            cluster.sql(f"CREATE DATABASE {name}")
            self.url = cluster.url.rsplit("/", 1)[0] + "/" + name
        else:
            self.url = f"sqlite:{self.file}"
        self.env = {**(cluster.env if cluster else {})}
        self.config, self.log = directory / "gateway.toml", directory / "serve.log"
        self.write(**carrier)

    def write(self, numbers=(), more="", **carrier):
        table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in carrier.items())
        self.config.write_text(
            f'[database]\nurl = "{self.url}"\n[security]\nkeys_dir = "{self.keys}"\n[http]\nhttps_listen = "off"\nhttp_listen = "127.0.0.1:{self.port}"\n'
            f"[carrier]\n{table}[pool]\nnumbers = {json.dumps(list(numbers))}\n{more}"
        )

    def run(self, *argv, expect=0, env=None, cwd=None, timeout_s=180):
        env = {**os.environ, **self.env, **(env or {})}
        done = subprocess.run([str(a) for a in (binary(), *argv)], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s, cwd=cwd)
        assert done.returncode == expect, f"{argv}: status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done

    def admin(self, *argv):
        return json.loads(self.run("admin", *argv, "--config", self.config, "--json").stdout)

    def serve(self) -> Process:
        """Running, once it says that it is alive."""
        self.log.write_text("")
        process = Process([binary(), "serve", "--config", self.config], self.log, self.env)

        def alive():
            assert process.alive(), process.log_end()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_until("the gateway listens", alive)
        return process


@pytest.fixture
def make_installation(tmp_path, cluster):
    return lambda **carrier: Installation(tmp_path, cluster, **carrier)


def account(smsc, **more) -> dict:
    return {"name": "telco", "host": "127.0.0.1", "port": smsc.port, "system_id": "gateway", "password_file": str(smsc.password_file), **more}


def test_serve_begins_with_the_carrier_of_its_settings(make_installation, make_smsc, number):
    smsc = make_smsc()
    numbers = [f"+6140000000{n}" for n in range(1, 6)]
    place = make_installation(numbers=numbers, **account(smsc))
    process = place.serve()
    assert "added the one of the settings" in place.log.read_text()
    assert [(c["name"], c["system_id"]) for c in place.admin("carrier", "list")] == [("telco", "gateway")]
    assert {"61", "64", "1"} < {r["prefix"] for r in place.admin("route", "list")}
    assert [n["number"] for n in place.admin("number", "list")] == numbers
    place.admin("company", "add", "--name", "Acme", "--domain", "acme.example")
    place.admin("user", "add", "--company", "Acme", "--email", "jo@acme.example")
    key = place.admin("api-key", "add", "--user", "jo@acme.example")
    assert key["kind"] == "live" and "note" not in key
    rest = Rest(f"http://127.0.0.1:{place.port}/v1/", key["api_key"])
    assert rest.wait_state(rest.send(number, "hello"), "ok")["from"] in numbers
    begun = time.monotonic()
    assert process.stop() == 0
    log = place.log.read_text()
    assert time.monotonic() - begun < 10 and "did not finish" not in log and log.rstrip().endswith("ended"), log
    # Afterwards the database rules, and the log says what differs and by which command it is changed.
    place.write(numbers=numbers + ["+61400000009"], **account(smsc, system_id="other"))
    process = place.serve()
    log = place.log.read_text()
    assert re.search(r"admin --config \S+ carrier set --name 'telco' --system-id other\b", log), log
    assert "number add --carrier 'telco' +61400000009" in log, log
    assert place.admin("carrier", "list")[0]["system_id"] == "gateway"
    assert process.stop() == 0
    place.write(numbers=numbers, **account(smsc))
    process = place.serve()
    assert "differs" not in place.log.read_text()
    assert process.stop() == 0
    verified = json.loads(place.run("verify", "--config", place.config, "--json").stdout)
    assert verified["ok"] and verified["sealed"] == 2, verified
    unsaid = place.run("verify", "--database", place.url).stdout
    assert "SEALED VALUES WERE NOT CHECKED" in unsaid


def test_missing_keys_are_not_replaced(make_installation):
    place = make_installation()
    place.run("migrate", "--config", place.config)
    place.admin("company", "add", "--name", "Acme")
    lost = place.keys / "lookup-1.key"
    kept = lost.read_bytes()
    lost.unlink()
    for command in (("serve",), ("migrate",), ("admin", "company", "list")):
        said = place.run(*command, "--config", place.config, expect=1).stderr
        assert "lookup-1.key" in said and "backup" in said, said
        assert not lost.exists(), command
    found = place.run("verify", "--config", place.config, expect=1).stdout
    assert "lookup-1.key" in found
    lost.write_bytes(kept)
    lost.chmod(0o600)
    assert [c["name"] for c in place.admin("company", "list")] == ["Acme"]


def test_a_demo_does_not_replace_its_keys_either(make_gateway):
    gateway = make_gateway()
    gateway.stop()
    lost = gateway.data / "keys" / "master-1.key"
    lost.unlink()
    process = Process(gateway.argv(), gateway.log, gateway.env)
    assert process.wait() == 1
    assert "master-1.key" in process.log_end() and not lost.exists()


def test_wrong_keys_and_changed_texts_are_findings(make_gateway, number):
    gateway = make_gateway()
    gateway.rest().wait_state(gateway.rest().send(number, "sealed"), "delivered")
    gateway.stop()
    gateway.verify()
    if not gateway.cluster:
        with sqlite3.connect(gateway.data / "emailsms.db") as database:
            (id,) = database.execute("UPDATE sms SET text = substr(text, 1, length(text) - 1) || x'00' RETURNING id").fetchone()
        found = gateway.run("verify", "--data", gateway.data, expect=1).stdout
        assert f"sms {id} (msg_" in found and "1 finding" in found, found
    # Keys of another installation.
    other = gateway.directory / "other"
    gateway.run("migrate", "--database", f"sqlite:{gateway.directory}/other.db", "--set", f"security.keys_dir={other}")
    found = gateway.run("verify", "--data", gateway.data, "--set", f"security.keys_dir={other}", expect=1).stdout
    assert "not the one that this database was filled with" in found


def test_every_door_off_is_refused(make_installation):
    place = make_installation()
    said = place.run("serve", "--config", place.config, "--set", "http.http_listen=off", expect=1).stderr
    assert "http.http_listen" in said and "door" in said
    assert not place.keys.exists() and not place.file.exists()


def test_findings_of_the_settings_come_all_at_once(make_installation):
    place = make_installation()
    assert "can be used" in place.run("check-config", "--config", place.config).stdout
    place.write(more="[foo]\nx = 1\n[mail]\nretry_s = 'soon'\nrelays = 'x'\n", name="telco", pasword="x", password_file="/nowhere", window=5000)
    for command in ("check-config", "serve"):
        said = place.run(command, "--config", place.config, "--set", "log.level=loud", expect=1).stderr
        for key in ("foo.x", "mail.retry_s", "mail.relays", "carrier.pasword", "carrier.password_file", "carrier.window", "log.level"):
            assert len(re.findall(rf"(?m)^.*{re.escape(key)}: .+$", said)) == 1, (command, key, said)
        assert said.count(str(place.config)) == 6, said
        assert not re.search(r"\bu\d+\b|variant|sequence|invalid type", said), said
    assert not place.keys.exists()


def test_all_settings_are_printed_and_can_be_read_again(make_installation, tmp_path):
    place = make_installation()
    printed = place.run("check-config", "--print").stdout
    (tmp_path / "printed.toml").write_text(printed)
    again = place.run("check-config", "--print", "--config", tmp_path / "printed.toml").stdout
    assert [line for line in again.splitlines() if line and line[0] != "#"] == [line for line in printed.splitlines() if line and line[0] != "#"]
    assert "check-config" in place.run("serve", "--help").stdout


def test_nothing_is_made_in_whatever_directory_this_is(make_installation, tmp_path):
    place, here = make_installation(), tmp_path / "here"
    here.mkdir()
    for command, status in ((("serve",), 1), (("migrate",), 2), (("admin", "company", "list"), 2), (("verify",), 2)):
        said = place.run(*command, expect=status, cwd=here).stderr
        assert "--config" in said, said
    said = place.run("migrate", "--database", place.url, expect=1, cwd=here).stderr
    assert "security.keys_dir" in said
    assert list(here.iterdir()) == []


def test_a_relay_that_is_none_is_refused_before_anything_is_made(make_installation, tmp_path):
    place, temporary = make_installation(), tmp_path / "tmp"
    temporary.mkdir()
    for flags in (("--relay", "foo"), ("--smsc", "foo", "--smsc-system-id", "x"), ("--set", "carrier.colour=red")):
        place.run("demo", *flags, expect=1, env={"TMPDIR": str(temporary)})
        assert list(temporary.iterdir()) == [], flags


def test_names_that_are_none_are_refused(plain):
    for flags in (("--name", "Ac\nme"), ("--name", "A\x1b[2J"), ("--name", "B", "--fallback", "office@")):
        done = plain.run("admin", "company", "add", "--data", plain.data, *flags, expect=2)
        assert len(done.stderr) > 20
    said = plain.run("admin", "number", "list", "--data", plain.data).stdout
    assert re.search(r"\+61400000001\.\.\+61400000\d\d\d ", said) and said.count("\n") < 10, said
    assert len(plain.admin("number", "list")) >= 200
    quota = plain.admin("quota", "set", "--company", plain.facts["company"]["name"], "--none")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", quota["day"])
    key = plain.admin("api-key", "add", "--test", "--user", plain.facts["user"]["email"])
    assert key["kind"] == "test" and "sandbox" in key["note"] and re.search(r"\.\d{3}Z$", key["created_at"])


@pytest.mark.only("sqlite")
def test_an_sqlite_file_is_its_owners_alone(make_installation):
    place = make_installation()
    place.run("migrate", "--config", place.config)
    process = place.serve()
    files = [f for f in place.directory.iterdir() if f.name.startswith("gateway.db")]
    assert len(files) >= 4 and {oct(stat.S_IMODE(f.stat().st_mode)) for f in files} == {"0o600"}, files
    assert process.stop() == 0
    place.file.chmod(0o644)
    process = place.serve()
    assert f"chmod 0600 {place.file}" in place.log.read_text()
    busy = place.run("serve", "--config", place.config, "--set", f"security.keys_dir={place.keys}2", expect=1).stderr
    assert "2" in busy and "not reachable" not in busy
    assert process.stop() == 0


@pytest.mark.only("postgres")
def test_a_server_that_does_not_let_us_in_says_why(make_installation, cluster, tmp_path):
    place, port = make_installation(), free_port()
    begun = time.monotonic()
    nobody = f"postgres://postgres@127.0.0.1:{port}/emailsms"
    said = place.run("migrate", "--config", place.config, "--set", f"database.url={nobody}", expect=1).stderr
    assert f"127.0.0.1:{port}: connection refused" in said and time.monotonic() - begun < 8, said
    said = place.run("migrate", "--config", place.config, expect=1, env={"PGPASSWORD": "wrong"}).stderr
    assert "password authentication failed" in said and "not reachable" not in said, said
    said = place.run("verify", "--config", place.config, expect=2).stderr
    assert "emailsms migrate" in said, said
    place.run("migrate", "--config", place.config)
    said = place.run("admin", "company", "list", "--database", place.url, expect=1).stderr
    assert "security.keys_dir" in said, said


def test_the_lines_of_the_readme_can_be_pasted(tmp_path):
    log = tmp_path / "demo.log"
    # Its standard output goes to the log, too, as on a terminal.
    process = Process([binary(), "demo"], log)
    line = wait_until("the demo says what the lines need", lambda: re.search(r"URL=\S+ KEY=\S+ ADDRESS=\S+ SERIAL=\S+ SMSKEY=\S+", log.read_text()))[0]
    assert "You are  Alice Archer <alice@acme.example>" in log.read_text()
    blocks = [block.split("```")[0] for block in (ROOT / "README.md").read_text().split("```sh\n")[1:]]
    pasted = line + "\n" + "\n".join(block for block in blocks if "$URL" in block)
    # Whoever pastes waits until the mails are there, however fast the machine.
    sleep = "sleep() { until mails=$(curl -sf $URL/demo/mailboxes/$ADDRESS); [[ $mails == *Delivery\\ Receipt* && $mails == *Reply\\ from* ]]; do command sleep 0.2; done; }\n"
    assert "sleep 2; curl $URL/demo/mailboxes/$ADDRESS" in pasted
    done = subprocess.run(["bash", "-e", "-c", sleep + pasted.replace("curl ", "curl -sf ")], capture_output=True, text=True, timeout=2 * PATIENCE_S)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"state":"pending"' in done.stdout and ">0</return>" in done.stdout
    assert "Delivery Receipt from Mobile# 61491570156" in done.stdout and "Reply from Mobile# 61491570156" in done.stdout
    assert process.stop() == 0


def test_who_is_stuck_in_a_head_does_not_hold_up_the_end(make_gateway):
    gateway = make_gateway()
    host, port = re.match(r"http://([\d.]+):(\d+)/", gateway.facts["url"]).groups()
    with socket.create_connection((host, int(port))) as stuck, socket.create_connection((host, int(port))):
        stuck.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-")
        gateway.get("/healthz").expect(200)
        begun = time.monotonic()
        gateway.process.child.send_signal(signal.SIGTERM)
        assert gateway.process.wait() == 0
        assert time.monotonic() - begun < 9
    assert gateway.process.log_end().endswith("ended")
