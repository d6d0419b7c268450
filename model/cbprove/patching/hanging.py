"""What of a tree hangs on the names that a patch gives another meaning: structs of files that it
does not name, and macros of theirs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from cbprove.frozen import frozen
from cbprove.patching.enums import constants, values
from cbprove.patching.functions import Files
from cbprove.patching.pieces import uncommented
from cbprove.source.definitions import files as files_of

_ROUNDS, _MOST = 4, 24  # how far macros of macros are followed, and how many at once
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(.*)$", re.MULTILINE)
_TYPEDEF = re.compile(r"^typedef\s+([^;{}()]+?[\s*])(\w+)\s*;", re.MULTILINE)
_ENUM = re.compile(r"\benum\b[^{};()]*\{([^{}]*)\}")
_RECORD = re.compile(
    r"^(?:typedef\s+)?(?:struct|union)\s+([A-Za-z_]\w*)[^\n;{}()=]*\{", re.MULTILINE
)
_WORD = re.compile(r"[A-Za-z_]\w*")


@frozen
class Hanging:
    """`structs` by their tags, with the name that they speak of; `homes` are the files of macros
    and constants that hang on others; `unfollowed` are names of which nobody looked who speaks of
    them."""

    structs: Mapping[str, str]
    homes: Mapping[str, str]
    unfollowed: tuple[str, ...] = ()


NOTHING = Hanging({}, {})


def hanging(files: Files, tree: Path) -> Hanging:
    """Everything in a tree that speaks of a macro, constant or typedef that the patch gives another
    meaning, or of a macro that speaks of one."""
    texts = files.texts(new=True)
    names = _changed(files)
    visited, structs, homes = set(names), dict[str, str](), dict[str, str]()
    for _ in range(_ROUNDS):
        if not names or len(names) > _MOST:
            break
        homes_of_round = dict[str, str]()
        for name, text in _speaking(names, tree, texts):
            mentions = _of_file(text, visited)
            structs |= {tag: word for tag, word in mentions.structs.items() if tag not in structs}
            homes_of_round |= {each: name for each in mentions.homes if name.endswith(".h")}
        homes |= {name: home for name, home in homes_of_round.items() if name not in visited}
        names = sorted(homes_of_round.keys() - visited)
        visited |= homes_of_round.keys()
    return Hanging(structs, homes, tuple(names))


def _changed(files: Files) -> list[str]:
    """The names that both sides have, with another meaning."""
    before, after = (
        _meanings(text for name, text in sorted(side.items()) if name.endswith((".h", ".c")))
        for side in (files.before, files.after)
    )
    return sorted(name for name in before.keys() & after.keys() if before[name] != after[name])


def _meanings(texts: Iterable[str]) -> dict[str, list[str]]:
    """What macros, constants and typedefs of some files stand for, each meaning of a name."""
    meanings: dict[str, list[str]] = {}
    for text in map(_plain, texts):
        for name, value in _DEFINE.findall(text):
            meanings.setdefault(name, []).append(" ".join(value.split()))
        for kind, name in _TYPEDEF.findall(text):
            meanings.setdefault(name, []).append(" ".join(kind.split()))
        for body in _ENUM.findall(text):
            for name, value in values(constants(tuple(body.splitlines()))).items():
                meanings.setdefault(name, []).append(value)
    return meanings


def _plain(text: str) -> str:
    """A text without comments, lines that go on in one."""
    return "\n".join(uncommented(tuple(text.replace("\\\n", " ").splitlines())))


def _speaking(
    names: Collection[str], tree: Path, texts: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The files in which one of these names stands, with their texts."""
    words = [name.encode() for name in names]
    for name in (*texts, *(each for each in files_of(tree) if each not in texts)):
        data = texts[name].encode() if name in texts else _bytes(tree / name)
        if any(word in data for word in words):
            yield name, _plain(data.decode(errors="replace"))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _of_file(text: str, names: Collection[str]) -> Hanging:
    """What of one file speaks of some names, or of its own macros that do."""
    affected = set(names)
    defines = {name: set(_WORD.findall(value)) for name, value in _DEFINE.findall(text)}
    for body in _ENUM.findall(text):
        pairs = constants(tuple(body.splitlines()))
        defines |= {name: set(_WORD.findall(value)) for name, value in pairs if value}
    while further := {name for name, words in defines.items() if words & affected} - affected:
        affected |= further
    structs: dict[str, str] = {}
    for match in _RECORD.finditer(text):
        spoken = [word for word in _WORD.findall(_body(text, match.end())) if word in affected]
        if spoken:
            structs.setdefault(match[1], spoken[0])
    return Hanging(structs, dict.fromkeys(sorted(affected & defines.keys() - set(names)), ""))


def _body(text: str, start: int) -> str:
    """What stands up to the brace that closes."""
    depth = 1
    for at in re.finditer(r"[{}]", text[start:]):
        depth += 1 if at[0] == "{" else -1
        if not depth:
            return text[start : start + at.start()]
    return text[start:]
