"""Some types of a kernel as a BTF file of their own: `python -m tests.artifacts.make_excerpt
VMLINUX FILE STRUCT...`.

docs/linux-6.1.btf is one, of Debian's linux-image-6.1.0-56-amd64 (6.1.192-2), for the examples of
docs/layouts.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cbprove.artifacts.btf import format as form
from cbprove.artifacts.lookup import lookup
from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Forward,
    Function,
    Member,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
    Types,
)
from cbprove.artifacts.opening import open_artifact
from tests.artifacts.builder import Builder

_WORDS = {"const": form.CONST, "volatile": form.VOLATILE, "restrict": form.RESTRICT}


class Excerpt(Builder):
    """Copies types; behind a pointer a struct is only declared."""

    def __init__(self, types: Types) -> None:
        super().__init__()
        self.graph = types
        self.done: dict[tuple[Ref, bool], int] = {}

    def copy(self, ref: Ref | None, pointed: bool = False) -> int:
        """The id of a type here; 0 is void."""
        if ref is None:
            return 0
        key = (ref, pointed)
        if key not in self.done:
            self.done[key] = self._copied(ref, pointed)
        return self.done[key]

    def _copied(self, ref: Ref, pointed: bool) -> int:
        node = self.graph.node(ref)
        match node:
            case Number(name, size, signed, kind):
                return self.integer(name, size, encoding=4 if kind == "bool" else int(signed))
            case Pointer(to):
                return self.add(form.PTR, value=self.copy(to, True))
            case Array(element, count):
                return self.add(
                    form.ARRAY,
                    words=(
                        self.copy(element, pointed),
                        self.integer("index", 4, encoding=0),
                        count,
                    ),
                )
            case Typedef(name, to):
                return self.add(form.TYPEDEF, name, self.copy(to, pointed))
            case Qualified(word, to):
                return self.add(_WORDS[word], value=self.copy(to, pointed))
            case Function(returns, parameters):
                words = [word for each in parameters for word in (0, self.copy(each, True))]
                return self.add(
                    form.FUNC_PROTO,
                    value=self.copy(returns, True),
                    words=words,
                    vlen=len(parameters),
                )
            case Enumeration(tag, size, signed, values):
                words = [
                    word
                    for name, value in values
                    for word in (self.string(name), value % (1 << 32))
                ]
                return self.add(form.ENUM, tag or "", size, words, len(values), int(signed))
            case Forward(kind, tag):
                return self.add(form.FWD, tag, flag=int(kind == "union"))
            case Composite():
                return self._composite(node, pointed)

    def _composite(self, node: Composite, pointed: bool) -> int:
        if pointed and node.tag is not None:
            return self.add(form.FWD, node.tag, flag=int(node.kind == "union"))
        members = [self._member(member) for member in node.members]
        kind = form.UNION if node.kind == "union" else form.STRUCT
        return self.composite(node.tag or "", node.size, *members, kind=kind, flag=1)

    def _member(self, member: Member) -> tuple[str, int, int]:
        return member.name or "", self.copy(member.type), (member.bits or 0) << 24 | member.offset


def main() -> None:
    """Writes the file."""
    source, target, *names = sys.argv[1:]
    artifact = open_artifact(source)
    excerpt = Excerpt(artifact.units[0])
    for name in names:
        for _, ref in lookup(artifact, "struct", name):
            excerpt.copy(ref)
    Path(target).write_bytes(excerpt.data())


if __name__ == "__main__":
    main()
