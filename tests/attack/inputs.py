"""Inputs that something was done to: specs, artefacts, archives, each with the command that is
to bear it."""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.noise import MISTAKEN, SOUND, mutated

ROOT = Path(__file__).parents[2]
SPECS = [
    *SOUND,
    *MISTAKEN,
    *sorted((ROOT / "specs/cases").glob("*.cbs")),
    *sorted((ROOT / "tests/faults").glob("*.cbs")),
]
ARTEFACTS = [
    *sorted((ROOT / "tests/artifacts/btf").glob("*.btf")),
    *sorted((ROOT / "tests/artifacts/btf").glob("*.o")),
    *sorted((ROOT / "tests/artifacts/dwarf").glob("*.o")),
    ROOT / "docs/linux-6.1.btf",
]
PATCHES = [
    *sorted((ROOT / "specs/changes").glob("*.patch")),
    *sorted((ROOT / "specs/changes").glob("*.mbox")),
]
PATCHED = [
    *sorted((ROOT / "specs/cases").glob("*.cbs")),
    *sorted((ROOT / "tests/faults").glob("*.cbs")),
]
IDIOMS = ROOT / "tests/source/idioms"
C_FILES = sorted(IDIOMS.glob("*.c"))
_BODY = re.compile(r"^(?:struct|union|enum) \w+ \{.*?^\}[^\n]*;", re.M | re.S)
_MEMBERS = (
    "\tu32 added;",
    "\tu8 few:3;",
    "#define ADDED 4",
    "#ifdef CONFIG_ADDED",
    "#endif",
    "\tstruct missing m;",
    "};",
    "\tu8 tail[];",
)
_EXTREMES = (
    "0",
    "1",
    "4294967295",
    "9999999",
    "1000000000",
    "18446744073709551616",
    "-1",
    "100000",
)


def spec(draw: Random, folder: Path, archive: Path) -> list[str]:
    """A spec with words and pieces changed, or with extreme numbers, or with lines taken from
    another."""
    text = draw.choice([mutated, _extreme, _crossed])(draw)
    file = folder / "attack.cbs"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    shutil.copytree(ROOT / "specs/include", folder / "include", dirs_exist_ok=True)
    return [
        *draw.choice(
            [["check"], ["check", "-v"], ["check", "--format", "json"], ["layout"], ["sweep"]]
        ),
        str(file),
    ]


def _extreme(draw: Random) -> str:
    """One number, or two, become as large or as odd as numbers get."""
    text = draw.choice(SPECS).read_text(errors="replace")
    for _ in range(draw.randint(1, 2)):
        numbers = list(re.finditer(r"\b\d+\b", text))
        if numbers:
            old = draw.choice(numbers)
            text = text[: old.start()] + draw.choice(_EXTREMES) + text[old.end() :]
    return text


def _crossed(draw: Random) -> str:
    """Lines of one spec stand in another, or again, or elsewhere."""
    lines = draw.choice(SPECS).read_text(errors="replace").splitlines()
    other = draw.choice([lines, draw.choice(SPECS).read_text(errors="replace").splitlines()])
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(lines) + 1)
        lines[at : at + draw.randint(0, 2)] = draw.choices(other or [""], k=draw.randint(0, 3))
    return "\n".join(lines)


def artefact(draw: Random, folder: Path, archive: Path) -> list[str]:
    """An object file or a piece of BTF with bytes flipped, cut, doubled or overwritten by
    extremes."""
    origin = draw.choice(ARTEFACTS)
    data = bytearray(origin.read_bytes())
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        _damage(draw, data)
    file = folder / origin.name
    file.write_bytes(data)
    command = draw.choice([["layout"], ["import"]])
    return [
        *command,
        str(file),
        *draw.choice([[], ["--struct", "sk_buff"], ["--struct", "inet_skb_parm"]]),
    ]


def _damage(draw: Random, data: bytearray) -> None:
    if not data:
        return
    at = draw.randrange(min(len(data), draw.choice((64, 512, len(data)))))
    match draw.randrange(5):
        case 0:
            data[at] ^= 1 << draw.randrange(8)
        case 1:
            del data[at:]
        case 2:
            data[at : at + 4] = draw.choice(
                (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\x01\0\0\0")
            )
        case 3:
            del data[at : at + draw.randint(1, 16)]
        case _:
            data[at:at] = data[at : at + draw.randint(1, 64)]


def kept(draw: Random, folder: Path, archive: Path) -> list[str]:
    """An archive in which a value of some record is another one, or a file is something else
    than a file."""
    copy = folder / "archive"
    shutil.copytree(archive, copy)
    files = sorted(file for file in (copy / "proofs").rglob("*") if file.is_file())
    for _ in range(draw.randint(1, 2)):
        draw.choice((_value, _value, _value, _bytes_of, _stand_in))(draw, files)
    return ["recheck", str(copy / "proofs"), "--root", str(copy)]


def _value(draw: Random, files: list[Path]) -> None:
    """A value of a JSON file; the hashes of the index are made anew, so that what comes after is
    reached as well."""
    plain = [f for f in files if f.suffix == ".json" and f.is_file()]
    if not plain:
        return
    file = draw.choice(plain)
    try:
        found = json.loads(file.read_text())
    except (ValueError, OSError):
        return
    places: list[tuple[Any, Any]] = []
    _walk(found, places)
    if not places:
        return
    holder, key = draw.choice(places)
    other_holder, other_key = draw.choice(places)
    odd: list[Any] = [
        None,
        0,
        -1,
        1 << 70,
        "",
        "x",
        [],
        {},
        [[]],
        True,
        1.5,
        deepcopy(other_holder[other_key]),
    ]
    holder[key] = draw.choice(odd)
    file.write_text(json.dumps(found))
    _rehash(files)


def patch(draw: Random, folder: Path, archive: Path) -> list[str]:
    """A patch to structs of a spec, or one of real life, on a spec: whole or with bytes damaged,
    lines lost or doubled."""
    file, own = folder / "attack.patch", draw.choice(PATCHED)
    text = _patched(draw, own)
    if draw.random() < 0.5:
        text = _shuffled(draw, text)
    data = bytearray(text.encode())
    for _ in range(draw.choice((0, 0, 0, 1, 4))):
        _damage(draw, data)
    file.write_bytes(data)
    forms = ("text", "json", "short", "mail", "markdown", "sarif", "github", "junit", "ktap")
    others = draw.sample(PATCHED, draw.choice((0, 0, 1)))
    return [
        "diff",
        "--no-cache",
        "--patch",
        str(file),
        "--format",
        draw.choice(forms),
        *map(str, {own: None, **dict.fromkeys(others)}),
    ]


def _patched(draw: Random, own: Path) -> str:
    """A change of some structs, enums or macros as a spec writes them, or a patch of the
    project's own."""
    if draw.random() < 0.2:
        return draw.choice(PATCHES).read_text(errors="replace")
    text = own.read_text(errors="replace")
    bodies = _BODY.findall(text)
    before = "\n\n".join(draw.choices(bodies, k=draw.randint(1, 3))) if bodies else text
    lines = before.splitlines()
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(lines))
        match draw.randrange(5):
            case 0:
                lines[at : at + 1] = []
            case 1:
                lines[at : at + 1] = [draw.choice(_MEMBERS), lines[at]]
            case 2:
                lines[at] = re.sub(r"\d+", lambda _: draw.choice(_EXTREMES), lines[at], count=1)
            case 3:
                lines[at] = re.sub(
                    r"u8|u16|u32|__be16|int",
                    lambda _: draw.choice(("u8", "u64", "void *")),
                    lines[at],
                    count=1,
                )
            case _:
                other = draw.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
        lines = lines or [""]
    names = ("a/include/net/ip.h", "b/include/net/ip.h")
    return (
        "\n".join(
            difflib.unified_diff(
                before.splitlines(), lines, *names, n=draw.choice((0, 1, 3)), lineterm=""
            )
        )
        + "\n"
    )


def _shuffled(draw: Random, text: str) -> str:
    """Lines are lost, doubled, or changed from context to change."""
    lines = text.splitlines()
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(lines)) if lines else 0
        part = lines[at : at + 1]
        changed = [draw.choice(("+", "-", " ", "@@ ", "\\ ")) + line[1:] for line in part]
        lines[at : at + 1] = draw.choice(([], part * 2, changed))
    return draw.choice(("\n", "\n", "\r\n")).join(lines) + "\n"


def record(draw: Random, folder: Path, archive: Path) -> list[str]:
    """A record of what functions of a kernel do, in which values are others, under an audit."""
    file = folder / "record.json"
    shutil.copy(ROOT / "specs/linux/records/linux-6.1-netlink_callback.json", file)
    for _ in range(draw.randint(1, 3)):
        draw.choice((_value, _value, _bytes_of))(draw, [file])
    audited = sorted((ROOT / "specs/linux/netlink_callback").glob("*6_1.cbs"))
    return ["audit", *map(str, audited), "--record", str(file)]


def source(draw: Random, folder: Path, archive: Path) -> list[str]:
    """A C file whose words, lines and bytes were changed, read as a compiler reads it."""
    text = draw.choice(C_FILES).read_text()
    words = re.findall(r"\w+|[^\w\s]", "".join(one.read_text() for one in draw.sample(C_FILES, 2)))
    for _ in range(draw.randint(1, 4)):
        found = list(re.finditer(r"\w+|[^\w\s]", text))
        old = draw.choice(found)
        text = (
            text[: old.start()]
            + draw.choice(("", old[0] * 2, draw.choice(words), draw.choice(_EXTREMES)))
            + text[old.end() :]
        )
    data = bytearray(text.encode())
    for _ in range(draw.choice((0, 0, 1))):
        _damage(draw, data)
    file = folder / "attack.c"
    file.write_bytes(data)
    shape = draw.choice(([], ["--format", "json"], ["--draft"]))
    return [
        "accesses",
        str(file),
        "--no-cache",
        "--object",
        "sk_buff.cb",
        *shape,
        "--cc",
        f"cc -I{IDIOMS}",
    ]


def _walk(node: Any, places: list[tuple[Any, Any]]) -> None:
    keys = (
        list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    )
    for key in keys:
        places.append((node, key))
        _walk(node[key], places)


def _rehash(files: list[Path]) -> None:
    for index in (f for f in files if f.name == "index.json" and f.is_file()):
        try:
            found = json.loads(index.read_text())
            for one in found["specs"]:
                record = index.parent / one["folder"] / "record.json"
                # A device may stand in for it, which has no end.
                if record.is_file():
                    one["sha256"] = sha256(record.read_bytes()).hexdigest()
        except (ValueError, OSError, TypeError, KeyError, AttributeError):
            continue
        index.write_text(json.dumps(found))


def _bytes_of(draw: Random, files: list[Path]) -> None:
    file = draw.choice(files)
    if file.is_file():
        data = bytearray(file.read_bytes())
        _damage(draw, data)
        file.write_bytes(data)


def _stand_in(draw: Random, files: list[Path]) -> None:
    """A pipe, a device, a folder, nothing at all in the place of a file."""
    file = draw.choice(files)
    if not file.is_file():
        return
    file.unlink()
    match draw.randrange(5):
        case 0:
            os.mkfifo(file)
        case 1:
            file.symlink_to("/dev/zero")
        case 2:
            file.mkdir()
        case 3:
            file.symlink_to(file.name)


Attack = Callable[[Random, Path, Path], list[str]]
ATTACKS: dict[str, Attack] = {
    "spec": spec,
    "artefact": artefact,
    "archive": kept,
    "patch": patch,
    "record": record,
    "source": source,
}
