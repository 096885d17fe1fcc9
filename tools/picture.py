"""Draw the README's picture: real questions, the bot's real messages, in a chat window.

Needs Chromium and a CJK font; ingest the demo corpus first (``make demo``).

    python -m tools.picture [--out docs/conversation.png]
"""

import argparse
import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.render import OutgoingMessage, telegram, telegram_citation, view
from retrieval.config import load_config
from retrieval.engine import Engine
from retrieval.types import Script

QUESTIONS = ("宁海县有多少个儿童早期发展活动中心？", "哪些县提到家庭医生签约？", "荣成市卫健局的重点工作是什么？")
WIDTH, HEIGHT = 720, 860
STYLE = """
body { margin: 0; padding: 18px 22px; background: #d7e3c8; font: 16px/1.5 "Noto Sans CJK SC", "Noto Color Emoji"; }
.said { max-width: 76%; padding: 8px 13px; margin: 7px 0; border-radius: 13px; background: #fff; white-space: pre-wrap;
        overflow-wrap: anywhere; box-shadow: 0 1px 1px #0002; }
.asked { margin-left: auto; width: fit-content; background: #e7fdd0; }
blockquote { margin: 6px 0 0; padding: 4px 10px; border-left: 3px solid #4a9; background: #eef7f3; font-size: 14px; }
.row { display: flex; gap: 6px; max-width: 76%; margin: 0 0 6px; }
.button { flex: 1; padding: 6px; text-align: center; font-size: 14px; color: #fff; background: #6a8f5fcc;
          border-radius: 8px; }
"""


def main() -> None:
    """Ask, render, take the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default="docs/conversation.png")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("error: no Chromium, PATH, install it: apt install chromium fonts-noto-cjk")
    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / "conversation.html"
        page.write_text(f"<meta charset=utf-8><style>{STYLE}</style>{_conversation()}", encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
        flags += ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        flags += [f"--user-data-dir={place}/profile", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={options.out}"]
        subprocess.run([chromium, *flags, page.as_uri()], check=True, stderr=subprocess.DEVNULL)
    print(options.out)


def _conversation() -> str:
    engine = Engine(load_config())
    engine.load()
    parts: list[str] = []
    history: list[str] = []
    for number, question in enumerate(QUESTIONS):
        answer = engine.ask(question, history)
        history.append(question)
        parts.append(f'<div class="said asked">{html.escape(question)}</div>')
        parts += [_message(message) for message in telegram(answer, "demo")]
        if number == 0 and answer.citations:
            shown = view(answer.citations[0], answer.generation)
            parts += [_message(message) for message in telegram_citation(shown, Script.SIMPLIFIED)]
    return "".join(parts)


def _message(message: OutgoingMessage) -> str:
    rows = "".join(
        '<div class="row">' + "".join(f'<div class="button">{html.escape(b.label)}</div>' for b in row) + "</div>"
        for row in message.buttons
    )
    return f'<div class="said">{message.text_html}</div>{rows}'


if __name__ == "__main__":
    main()
