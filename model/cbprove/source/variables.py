"""Where each variable of a function points, at the statement that is followed and anywhere, and
what the caller calls it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cbprove.source.code import CType, Node
from cbprove.source.places import NOWHERE, Places, joined, shifted

Points = dict[int, Places]


class Variables:
    """The variables of one function that is called with one set of addresses."""

    def __init__(
        self,
        params: Iterable[tuple[str, int, CType]],
        arguments: Sequence[Places],
        names: Sequence[str],
    ) -> None:
        self.now: Points = {}  # what each variable may hold now
        self.names: dict[int, str] = {}
        for index, (name, variable, _) in enumerate(params):
            if index < len(arguments) and arguments[index]:
                self.now[variable] = arguments[index]
            self.names[variable] = names[index] if index < len(names) and names[index] else name
        self.first = dict(self.now)
        self.ever = dict(self.now)  # and what it held anywhere

    def begin(self) -> None:
        """Go back to where the function begins; what variables ever held is remembered."""
        self.now = dict(self.first)

    def places(self, variable: int) -> Places:
        return self.now.get(variable, NOWHERE)

    def assign(self, variable: int, places: Places) -> None:
        """From here on the variable holds nothing else."""
        if places:
            self.now[variable] = places
            self.ever[variable] = self.ever.get(variable, NOWHERE) | places
        else:
            self.now.pop(variable, None)

    def shift(self, variable: int, amount: int | None, type: CType) -> Places:
        """Move what a variable points to, by as many of what its type points to; where it points
        then."""
        places = frozenset(shifted(each, amount, type) for each in self.places(variable))
        self.assign(variable, places)
        return places

    def declare(self, variable: int, name: str) -> None:
        self.names.setdefault(variable, name)

    def come_from_anywhere(self) -> None:
        """Here a run may come from any statement of the function."""
        self.now = joined([self.now, self.ever])

    def root(self, node: Node) -> str:
        """The variable that an expression begins with, as the caller knows it."""
        while node.children and node.kind not in ("name", "call"):
            node = (
                node.children[-1]
                if node.kind in ("cast", "statements", "block")
                else node.children[0]
            )
        if node.kind == "call":
            return f"{node.name}()"
        return self.names.get(node.variable, node.name)
