"""What the proofs about DXL share: lxml as the witness, and the crate's examples built in release."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def with_lxml():
    """Goes on in a Python that has lxml: this one, that of tests/.venv, or one made for the purpose."""
    try:
        import lxml.etree  # noqa: F401
    except ImportError:
        pass
    else:
        sys.stdout.reconfigure(line_buffering=True)
        return
    venv = TARGET / "proofs" / "lxml"
    for python in (ROOT / "tests" / ".venv" / "bin" / "python", venv / "bin" / "python"):
        has_it = python.exists() and subprocess.run([python, "-c", "import lxml.etree"], capture_output=True).returncode == 0
        if has_it and Path(sys.prefix) != python.parent.parent:
            os.execv(python, [str(python), *sys.argv])
    if Path(sys.prefix) == venv:
        raise SystemExit("lxml was installed and still cannot be imported")
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin" / "pip", "install", "--quiet", "lxml"], check=True)
    os.execv(venv / "bin" / "python", ["python", *sys.argv])


def example(name: str) -> Path:
    """The crate's example, built."""
    subprocess.run(["cargo", "build", "--locked", "--release", "-q", "-p", "dxl", "--example", name], cwd=ROOT, check=True)
    return TARGET / "release" / "examples" / name


def samples(arguments: list) -> list:
    """Every file below the folder that is named, or none of this."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        raise SystemExit(f"{Path(sys.argv[0]).name} FOLDER: name the folder of real exports")
    files = sorted(path for path in Path(arguments[0]).rglob("*") if path.is_file())
    if not files:
        raise SystemExit(f"{arguments[0]} holds no file")
    return files


def binary() -> Path:
    """`emailsms`, built here unless EMAILSMS names one."""
    if named := os.environ.get("EMAILSMS"):
        return Path(named).resolve()
    subprocess.run(["cargo", "build", "--locked", "-q"], cwd=ROOT, check=True)
    return TARGET / "debug" / "emailsms"


def chunks(files, size=200):
    """So many as fit on a command line."""
    return [files[at : at + size] for at in range(0, len(files), size)]


class Checker:
    """`emailsms dxl check` of the structure, for these proofs hold it beside others that know nothing of code; built here unless EMAILSMS names one."""

    def __init__(self):
        self.program = binary()

    def __call__(self, files, *flags):
        """The findings of each file."""
        found = {}
        for some in chunks(files):
            done = subprocess.run([self.program, "dxl", "check", "--no-code", "--json", *flags, *map(str, some)], stdout=subprocess.PIPE)
            report = json.loads(done.stdout)
            if done.returncode not in (0, 1) or report["unreadable"]:
                raise SystemExit(f"the checker ended with {done.returncode}: {report['unreadable']}")
            found |= {Path(checked["file"]): checked["findings"] for checked in report["files"]}
        return found


def errors(findings) -> list:
    return [finding for finding in findings if finding["severity"] == "error"]
