"""What the long proofs share: the library of tests/peers, the peers installed, a directory on a real disk that goes when all is well."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "tests" / "peers"
PYTHON = ROOT / "tests" / ".venv" / "bin" / "python"


def prepare(release=False, kannel=False):
    """Installs what is missing, builds the gateway, and goes on in tests/.venv."""
    if Path(sys.prefix) != PYTHON.parent.parent:
        subprocess.run([PEERS / "install", "proofs" if kannel else "suite"], check=True)
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    sys.path.insert(0, str(PEERS))
    sys.stdout.reconfigure(line_buffering=True)
    if "EMAILSMS" not in os.environ:
        subprocess.run(["cargo", "build", "--locked", *(["--release"] if release else [])], cwd=ROOT, check=True)
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        os.environ["EMAILSMS"] = str(target / ("release" if release else "debug") / "emailsms")


def directory(name: str) -> Path:
    """Below the target directory, which is no tmpfs. Kept, and named, when the proof fails."""
    parent = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "proofs"
    parent.mkdir(parents=True, exist_ok=True)
    kind = subprocess.run(["stat", "-f", "-c", "%T", parent], check=True, capture_output=True, text=True).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        raise SystemExit(f"{parent} is on a {kind}: a proof about disks needs one; set CARGO_TARGET_DIR")
    made = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=parent))
    atexit.register(_leave, made)
    return made


_succeeded = False


def succeed(sentence: str):
    """The proof's last line."""
    global _succeeded
    _succeeded = True
    print(sentence)


def _leave(made: Path):
    if _succeeded:
        shutil.rmtree(made, ignore_errors=True)
    else:
        print(f"the proof did not end well; logs and data are in {made}", file=sys.stderr)


def databases(wanted: list):
    """(name, cluster or None) for each of `sqlite`, `postgres`, both by default; a cluster with its durability on, gone afterwards."""
    from postgres import Cluster

    for name in wanted or ["sqlite", "postgres"]:
        if name == "sqlite":
            yield name, None
        elif name == "postgres":
            with Cluster() as cluster:
                yield name, cluster
        else:
            raise SystemExit(f"{name} is no database: sqlite, postgres")
