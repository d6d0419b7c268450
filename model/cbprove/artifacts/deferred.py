"""A unit that is opened when something is asked of it: of a folder of thousands of modules, most are never looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from cbprove.artifacts.lookup import declared, skipped
from cbprove.artifacts.model import Kind, Node, Ref, Types
from cbprove.diagnostics import SpecError
from cbprove.layout.abi import Abi


@dataclass(frozen=True, eq=False)
class Deferred:
    """A module of a folder. One that was built without types has none; any other mistake is raised when it is first asked."""

    name: str
    abi: Abi
    open: Callable[[], Types] = field(repr=False)

    @property
    def origin(self) -> str:
        return self._types.origin if self._types else f"`{self.name}`, which has no types"

    def node(self, ref: Ref) -> Node:
        """As that of the unit; only what `find` gave is asked for."""
        assert self._types is not None, "a unit without types gave out a ref"
        return self._types.node(ref)

    def find(self, kind: Kind, name: str) -> tuple[Ref, ...]:
        """As that of the unit; raises SpecError where the module cannot be opened."""
        return self._types.find(kind, name) if self._types else ()

    def names(self, kind: Kind) -> Iterable[str]:
        """As that of the unit; raises SpecError where the module cannot be opened."""
        return self._types.names(kind) if self._types else ()

    def declares(self, kind: Kind, name: str) -> bool:
        """As that of the unit; raises SpecError where the module cannot be opened."""
        return self._types is not None and declared(self._types, kind, name)

    @property
    def skipped(self) -> str:
        """As that of the unit; raises SpecError where the module cannot be opened."""
        return skipped(self._types) if self._types is not None else f"`{self.name}` has no types"

    @cached_property
    def _types(self) -> Types | None:
        try:
            return self.open()
        except SpecError as mistake:
            if mistake.diagnostics[0].code == "CB0304":
                return None
            raise
