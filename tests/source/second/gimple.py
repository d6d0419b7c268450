"""gcc's GIMPLE as text: the functions of a file with their variables and statements, all names
as gcc prints them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_PLACE = re.compile(r"\[[^][\s\"]*:\d+:\d+(?: discrim \d+)?\] ")
_WHERE = re.compile(r"\[([^][\s\"]*):(\d+):\d+(?: discrim \d+)?\] ")
_HEAD = re.compile(
    r"^(?:__attribute__\(.*\)\) )?(?!__attribute__)(\w[\w \*]*?[ \*])([A-Za-z_]\w*(?:\.\w+)*) \((.*)\)$"
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"')
_WORDS = r"(?:const |volatile |static |register )*(?:struct |union |enum )?\w[\w ]*? "
_DECLARED = re.compile(
    rf"^\s+(?=\S)({_WORDS}(?:\* ?(?:const |restrict |volatile )*)*)([\w.]+)(?: \[.*\])*(?: = .*)?;$"
)


@dataclass(frozen=True)
class Function:
    """A function as gcc lowered it. `types` holds the declared types of variables and
    parameters, `lines` its statements."""

    name: str
    file: str
    result: str
    params: tuple[str, ...]
    types: dict[str, str]
    lines: tuple[str, ...]


def dumped(file: Path, options: Sequence[str], dump: Path) -> str:
    """The GIMPLE of a file, and the first error of gcc where it wrote none. Errors behind that
    are of no concern here."""
    command = [
        "gcc",
        *options,
        "-O0",
        "-S",
        "-o",
        "/dev/null",
        f"-fdump-tree-gimple-lineno={dump}",
        str(file),
    ]
    dump.write_text("")
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if not dump.read_text():
        return next(
            (line for line in done.stderr.splitlines() if "error" in line),
            done.stderr[:200] or "no function",
        )
    return ""


def functions(text: str) -> list[Function]:
    """All functions of a dump."""
    found, head, file, lines = [], None, "", list[str]()
    for line in _whole(text):
        if head is None:
            match = _HEAD.match(_STRING.sub('""', line))
            head = match if match else None
        elif line == "}":
            found.append(_function(head, file, lines))
            head, lines = None, []
        elif not lines and (where := _WHERE.match(line)) and line.endswith(" {"):
            file = where[1]
            lines.append("")
        else:
            lines.append(_STRING.sub('""', _PLACE.sub("", line)))
    return found


def _whole(text: str) -> Iterator[str]:
    """Lines, those of one string together: assembly is printed as it was written."""
    held = ""
    for line in text.splitlines():
        held = f"{held} {line}" if held else line
        if len(_QUOTE.findall(held)) % 2 == 0:
            yield held
            held = ""


def _function(head: re.Match[str], file: str, lines: Sequence[str]) -> Function:
    params = [_named(each) for each in _split(head[3])]
    types = {name: type for type, name in params}
    body = []
    for line in lines:
        declared = _DECLARED.match(line)
        if declared and not line.lstrip().startswith(("return ", "goto ")):
            types.setdefault(declared[2], declared[1].strip())
        else:
            body.append(line.strip())
    return Function(
        head[2], file, head[1].strip(), tuple(name for _, name in params), types, tuple(body)
    )


def _named(param: str) -> tuple[str, str]:
    match = re.match(r"(.*?)([\w.]+)$", param.strip())
    return (match[1].strip(), match[2]) if match else (param, "")


def _split(text: str) -> list[str]:
    """At commas outside brackets."""
    found, depth, start = [], 0, 0
    for index, sign in enumerate(text):
        depth += (sign in "([<{") - (sign in ")]}" or (sign == ">" and text[index - 1] != "-"))
        if sign == "," and depth == 0:
            found.append(text[start:index])
            start = index + 1
    return [*found, text[start:]] if text.strip() else []


def record(type: str) -> str:
    """The struct or union that a type points to, as its tag; nothing where it points to none."""
    match = re.fullmatch(
        r"(?:const |volatile )*(?:struct|union) (\w+) (?:const )?\*(?: ?(?:const|restrict|volatile))*",
        type.strip(),
    )
    return match[1] if match else ""
