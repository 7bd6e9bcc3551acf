"""A throwaway PostgreSQL cluster on a loopback port, with passwords on, run by the account `postgres` (the server refuses root).

As a command: `postgres.py run COMMAND…` starts one, runs the command with EMAILSMS_TEST_DATABASE and PGPASSWORD set, ends it, and exits as the command did.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from processes import cpu_seconds

SERVER_SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": "100", "shared_buffers": "128MB"}
# For tests that kill no server and read no disk: the answers are the same, only sooner.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise SystemExit("PostgreSQL's server is missing: run tests/peers/install")
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    def __init__(self, parent=None, careless=False):
        """`parent`: the directory it lives in, for measurements on a certain disk; otherwise a temporary one that is no tmpfs."""
        self.directory = Path(tempfile.mkdtemp(prefix="emailsms-postgres-", dir=parent or "/var/tmp"))
        self.password = secrets.token_hex(12)
        self._let_in()
        self._init()
        # Late, as initdb takes seconds in which another could take it.
        self.port = free_port()
        self.settings = {**SERVER_SETTINGS, **(CARELESS if careless else {}), "port": str(self.port), "unix_socket_directories": str(self.directory)}
        self.start()
        self.sql("CREATE DATABASE emailsms")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/emailsms"

    @property
    def env(self) -> dict:
        return {"PGPASSWORD": self.password}

    @property
    def pid(self) -> int:
        return int((self.directory / "data" / "postmaster.pid").read_text().split()[0])

    def pids(self) -> list:
        """The postmaster and its children."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def cpu_seconds(self) -> float:
        """Of all its processes that still live, and of those that ended, by the postmaster's account of its children."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
        return ended + sum(_cpu_or_zero(pid) for pid in self.pids())

    def start(self):
        options = " ".join(f"-c {k}={v}" for k, v in self.settings.items())
        self._as_postgres("pg_ctl", "-D", self._data, "-l", self.directory / "log", "-w", "-t", "180", "-o", options, "start")

    def stop(self, how=signal.SIGINT):
        """SIGINT: a fast shutdown that cuts every connection. Waits until it is gone."""
        pid_file = self.directory / "data" / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = self.pid
        os.kill(pid, how)
        deadline = time.monotonic() + 180
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _let_in(self):
        """The account `postgres` owns the directory and may walk to it."""
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.directory, account.pw_uid, account.pw_gid)

    def _init(self):
        password_file = self.directory / "password"
        password_file.write_text(self.password)
        if os.geteuid() == 0:
            shutil.chown(password_file, "postgres", "postgres")
        password_file.chmod(0o600)
        self._as_postgres("initdb", "-D", self._data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password_file}", "-E", "UTF8", "--locale=C", "--no-sync")

    def _as_postgres(self, binary, *args):
        drop = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        # pg_ctl's server keeps our pipe open for ever: its words go to a file.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run([*drop, str(binaries() / binary), *map(str, args)], stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/")
            out.seek(0)
            if done.returncode:
                raise RuntimeError(f"{binary} failed: {out.read().decode(errors='replace')[-2000:]}")

    def sql(self, statement: str, database="postgres"):
        """Runs it as the database's owner; what it printed."""
        argv = ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-qAt", "-c", statement]
        return subprocess.run(argv, env={**os.environ, **self.env}, check=True, capture_output=True, text=True).stdout


def _cpu_or_zero(pid: int) -> float:
    try:
        return cpu_seconds(pid)
    except OSError:
        return 0.0


def main(argv) -> int:
    if len(argv) < 2 or argv[0] != "run":
        raise SystemExit(__doc__)
    with Cluster(careless=True) as cluster:
        env = {**os.environ, **cluster.env, "EMAILSMS_TEST_DATABASE": cluster.url}
        return subprocess.run(argv[1:], env=env).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
