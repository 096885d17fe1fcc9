"""Draw the README's pictures: the bot's real messages over the demo articles, as a phone shows them.

Needs Chromium and fonts (``apt install chromium fonts-noto-cjk fonts-noto-color-emoji``); ingest the demo corpus
first (``make demo``). Names of scenes may follow; without any, all are drawn.

    python -m tools.picture [--out docs] [SCENE...]
"""

import argparse
import asyncio
import html
import io
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telegram import Update

from bot.terminal import Screen, opened, pressed, typed
from retrieval.config import load_config
from retrieval.engine import Engine

WIDTH, SCALE = 400, 1.5
# what is said, or pressed (">" and the beginning of a label)
SCENES: dict[str, tuple[str, ...]] = {
    "start": ("/start",),
    "fact": ("扬中市的居民健康素养水平是多少？",),
    "citation": ("高邮市被省里确认成什么试验区？", ">[1]"),
    "list": ("德清县 医共体 有哪些做法",),
    "comparison": ("/compare 德清 长兴 安吉 医共体",),
    "aggregate": ("哪些县提到家庭医生签约？",),
    "refusal": ("宁海县什么时候通高铁？", "荣成市的家庭医生怎么签约？"),
    "county": ("/counties", ">甘肃省", ">榆中县"),
    "gaps": ("宁海县什么时候通高铁？", "高邮市有几家托育机构？", "/gaps"),
}
STYLE = """
* { box-sizing: border-box; }
body { margin: 0; background: #b5d0a8; width: 400px;
       font: 15px/1.42 "Noto Sans CJK SC", "Noto Color Emoji", sans-serif; color: #111; }
header { display: flex; align-items: center; gap: 10px; padding: 9px 14px; background: #fff; }
header i { width: 36px; height: 36px; border-radius: 50%; background: #3a8d6b; color: #fff; font-style: normal;
           display: grid; place-items: center; font-size: 18px; }
header b { display: block; line-height: 1.2; } header small { color: #7a8a94; }
main { padding: 8px 8px 10px; }
.turn { max-width: 352px; margin: 5px 0; }
.turn.asked { margin-left: auto; width: fit-content; }
.said { padding: 6px 10px 7px; border-radius: 14px; background: #fff; white-space: pre-wrap; overflow-wrap: anywhere;
        box-shadow: 0 1px 1px #0002; width: fit-content; max-width: 100%; }
.turn.wide .said { width: 100%; }
.asked .said { background: #e3fdc8; }
.said a { color: #2481cc; text-decoration: none; }
blockquote { margin: 3px 0; padding: 3px 8px; border-left: 3px solid #3a8d6b; border-radius: 5px; background: #3a8d6b14;
             font-size: 14px; }
.row { display: flex; gap: 4px; margin-top: 4px; }
.button { flex: 1; position: relative; padding: 7px 6px; text-align: center; font-size: 14px; color: #fff; min-width: 0;
          background: #7fa287; border-radius: 9px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.button u { position: absolute; right: 6px; top: 6px; width: 6px; height: 6px; }
.copy { border: 1px solid #fff; box-shadow: 2px -2px 0 -1px #fff; }
.url { border: solid #fff; border-width: 1px 1px 0 0; }
"""


@dataclass(slots=True)
class Turn:
    """One bubble: what is said, by whom, and its rows of buttons."""

    text_html: str
    asked: bool = False
    rows: list[list[dict[str, Any]]] = field(default_factory=list)

    def html(self) -> str:
        """The bubble as it is drawn."""
        kind = "asked" if self.asked else "wide" if self.rows else ""
        rows = "".join(f'<div class="row">{"".join(map(_button, row))}</div>' for row in self.rows)
        return f'<div class="turn {kind}"><div class="said">{_blocks(self.text_html)}</div>{rows}</div>'


def _blocks(text: str) -> str:
    """The text without the line breaks that end a block quote in Telegram, and would add a line in a browser."""
    return re.sub(r"\n?(</?blockquote[^>]*>)\n?", r"\1", text)


def _button(button: dict[str, Any]) -> str:
    kind = "url" if "url" in button else "copy" if "copy_text" in button else ""
    return f'<div class="button">{html.escape(button["text"])}<u class="{kind}"></u></div>'


class Phone(Screen):
    """Telegram's side of the conversation, which remembers the bubbles."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        self.turns: dict[int, Turn] = {}

    def carry_out(self, name: str, values: dict[str, Any], files: list[tuple[str, bytes]]) -> Any:
        """Carry out a call and draw what it shows."""
        result = super().carry_out(name, values, files)
        rows = (values.get("reply_markup") or {}).get("inline_keyboard", [])
        if name in ("sendMessage", "editMessageText"):
            self.turns[result["message_id"]] = Turn(values["text"], rows=rows)
        elif name == "editMessageReplyMarkup":
            self.turns[result["message_id"]].rows = rows
        for file, _ in files:
            self.turns[result["message_id"]] = Turn(f"📄 {html.escape(file)}")
        return result


def main() -> None:
    """Play the scenes, draw them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", default="docs")
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=", ".join(SCENES))
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("error: no Chromium, PATH, install it: apt install chromium fonts-noto-cjk fonts-noto-color-emoji")
    engine = Engine(load_config())
    engine.load()
    for name in options.scenes or SCENES:
        turns = asyncio.run(_play(engine, SCENES[name]))
        path = Path(options.out) / f"phone-{name}.png"
        _draw(chromium, turns, path)
        print(path)


async def _play(engine: Engine, actions: tuple[str, ...]) -> list[Turn]:
    phone, numbers = Phone(), itertools.count(1)
    async with opened(load_config(), engine, phone) as (process, bot, services):
        for action in actions:
            if action.startswith(">"):
                row = _press(phone, next(numbers), action[1:])
            else:
                phone.turns[-next(numbers)] = Turn(html.escape(action), asked=True)
                row = typed(next(numbers), action)
            await process(Update.de_json(row, bot))
            while services.jobs:
                await asyncio.gather(*services.jobs, return_exceptions=True)
    return list(phone.turns.values())


def _press(phone: Phone, number: int, label: str) -> dict[str, Any]:
    for data, message in phone.choices:
        buttons = [button for row in message["reply_markup"]["inline_keyboard"] for button in row]
        if any(button.get("callback_data") == data and button["text"].startswith(label) for button in buttons):
            return pressed(number, data, message)
    sys.exit(f"error: no button {label}, the scene, choose one of: {[data for data, _ in phone.choices]}")


def _draw(chromium: str, turns: list[Turn], path: Path) -> None:
    body = "".join(turn.html() for turn in turns)
    head = "<header><i>县</i><div><b>县问</b><small>bot</small></div></header>"
    size = "<script>document.title = document.documentElement.offsetHeight</script>"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--force-device-scale-factor={SCALE}"]
    flags += ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / "phone.html"
        text = f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{head}<main>{body}</main>{size}"
        page.write_text(text, encoding="utf-8")
        flags.append(f"--user-data-dir={place}/profile")
        asked = [chromium, *flags, f"--window-size={WIDTH},600", "--dump-dom", page.as_uri()]
        seen = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        found = re.search(r"<title>(\d+)</title>", seen)
        height = int(found[1]) if found else 800
        shot = [chromium, *flags, f"--window-size={WIDTH},{height}", f"--screenshot={path.absolute()}", page.as_uri()]
        subprocess.run(shot, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
