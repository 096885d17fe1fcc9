"""Set up ``.venv`` on a bare machine: a virtual environment, PyTorch without CUDA, then this project.

Standard library only. On Linux a plain ``pip install torch`` brings gigabytes of CUDA libraries that
nothing here uses, so PyTorch's own CPU index is asked first. It is used for torch alone: an extra
index for everything would be slow when it does not answer, and a door for name confusion. On macOS
and Windows the default wheel is the CPU one.

    python3 tools/bootstrap.py [--dev]

Environment: ``TORCH_INDEX`` names another index; ``ALLOW_CUDA=1`` accepts the CUDA build.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
TORCH_INDEX = os.environ.get("TORCH_INDEX", "https://download.pytorch.org/whl/cpu")
PROBE_TIMEOUT_S = 5


def say(line: str) -> None:
    """Progress goes to stderr, like every log."""
    print(f"[setup] {line}", file=sys.stderr, flush=True)


def stop(line: str) -> None:
    """End with one line that says what, where, and what to do."""
    sys.exit(f"error: {line}")


def pip(*arguments: str) -> str:
    """Run pip inside the environment and return what it printed; its chatter is shown only when it fails."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, text=True, capture_output=True)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        stop(f"pip failed, {' '.join(arguments)}, read its last lines above and run the same make command again")
    return done.stdout


def make_environment() -> None:
    """Create ``.venv`` unless it is there and works."""
    if sys.version_info < (3, 11):
        stop(
            f"Python {platform.python_version()} is too old, {sys.executable}, "
            "use 3.11 or newer: make PYTHON=python3.12"
        )
    if PYTHON.exists():
        return
    say(f"creating {VENV}")
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
        stop(f"no virtual environment, {VENV}, on Debian and Ubuntu: apt install python3-venv")


def constraint(package: str) -> str:
    """The pinned requirement of a package, from constraints.txt."""
    match = re.search(rf"^{package}==\S+", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M)
    return match.group() if match else package


def cpu_index_answers() -> bool:
    """Whether PyTorch's CPU index can be reached from here."""
    try:
        with urllib.request.urlopen(f"{TORCH_INDEX}/torch/", timeout=PROBE_TIMEOUT_S) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def install_torch() -> None:
    """Install the pinned torch without CUDA, or stop and say what it would cost."""
    if subprocess.run([str(PYTHON), "-c", "import torch"], check=False, capture_output=True).returncode == 0:
        return
    wanted = constraint("torch")
    extra: list[str] = []
    if sys.platform == "linux" and not os.environ.get("ALLOW_CUDA"):
        if cpu_index_answers():
            extra = ["--extra-index-url", TORCH_INDEX]
        else:
            refuse_cuda(wanted)
    say(f"installing {wanted}")
    pip("install", "-q", "--retries", "1", "-c", "constraints.txt", *extra, wanted)


def refuse_cuda(wanted: str) -> None:
    """Without the CPU index, accept only a build that brings no CUDA packages."""
    report = json.loads(pip("install", "-q", "--dry-run", "--report", "-", wanted))
    cuda = [item["metadata"]["name"] for item in report["install"] if item["metadata"]["name"].startswith("nvidia")]
    if cuda:
        stop(
            f"{wanted} would bring {len(cuda)} CUDA packages (several GB) and {TORCH_INDEX} does not answer, "
            "try again later, set TORCH_INDEX to a mirror of it, or accept them with ALLOW_CUDA=1"
        )


def main() -> None:
    """Install, and leave a mark that make understands."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    dev = parser.parse_args().dev
    began = time.monotonic()
    make_environment()
    say("updating pip")
    pip("install", "-q", "-U", "pip>=24")
    install_torch()
    say("installing xianwen" + (" with its tests" if dev else ""))
    pip("install", "-q", "-c", "constraints.txt", "-e", ".[dev]" if dev else ".")
    (VENV / ".installed").touch()
    if dev:
        (VENV / ".installed-dev").touch()
    say(f"done in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
