"""``make demo``: three questions answered over the demo corpus, then the conversation if this is a terminal."""

import subprocess
import sys
from pathlib import Path

XIANWEN = Path(sys.executable).with_name("xianwen")
QUESTIONS = ("尤溪县的医共体怎么做?", "哪些县提到家庭医生签约?", "荣成市卫健局今年的重点工作是什么?")


def main() -> None:
    """Ask, then hand over to the asker."""
    for question in QUESTIONS:
        print(f"\n\033[1m❓ {question}\033[0m" if sys.stdout.isatty() else f"\n? {question}", flush=True)
        subprocess.run([XIANWEN, "ask", question], check=True)
    if sys.stdin.isatty() and sys.stdout.isatty():
        sys.exit(subprocess.run([XIANWEN, "chat"], check=False).returncode)
    print("\nAsk on: .venv/bin/xianwen chat", file=sys.stderr)


if __name__ == "__main__":
    main()
