"""Which function may call which, guessed from the words of texts: where it is worth asking a
compiler."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from cbprove.source.graph import Graph
from cbprove.source.mentions import bodies

_WORD = re.compile(r"[A-Za-z_]\w*")
_MEMBER = re.compile(r"(?:->|\.)\s*(\w+)\s*[(),]")
_BOUND = re.compile(r"(?:->|\.)\s*(\w+)\s*=\s*&?\s*(\w+)\s*[,;})]")
_COPIED = re.compile(r"(?:->|\.)\s*(\w+)\s*=[^=;{}][^;{}]*?(?:->|\.)\s*(\w+)\s*[;,)]")
_LEAST = 3  # letters of a word that is taken for a function


class Guessed(Graph):
    """A graph that begins with guesses, and the files that they were made from."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, list[Path]] = defaultdict(list)
        # Where a member of that name is set to another
        self.copied: dict[str, list[Path]] = defaultdict(list)

    def guess(self, files: Iterable[Path]) -> None:
        """From texts: a function calls whatever it names."""
        named: dict[str, set[str]] = defaultdict(set)
        pairs = set[tuple[str, str]]()
        for path in files:
            text = path.read_text(errors="replace")
            for name, body in bodies(text):
                named[name].update(
                    _WORD.findall(body), (f".{each}" for each in _MEMBER.findall(body))
                )
                if path not in self.files[name][-1:]:
                    self.files[name].append(path)
            for member, function in _BOUND.findall(text):
                named[f".{member}"].add(function)
                if path.suffix == ".c":
                    self.files[f".{member}={function}"].append(path)
            copies = _COPIED.findall(text) if path.suffix == ".c" else []
            pairs.update(copies)
            for member in dict.fromkeys(member for member, _ in copies):
                self.copied[member].append(path)
        for one, other in pairs:  # a member that is set to one that is set to a function
            if one != other and any(
                each[0] != "." and each in named for each in named.get(f".{other}", ())
            ):
                named[f".{one}"].add(f".{other}")
        names_known = {name for name in named if len(name) >= _LEAST}
        for name, words in named.items():
            self.set(name, words & names_known)
