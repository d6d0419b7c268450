"""What was read of a function: every access to the object and every call, in the order of the
source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from cbprove.frozen import frozen
from cbprove.source.code import CType, Field, Function, Node
from cbprove.source.structs import Struct

Kind = Literal["read", "write", "clear", "copy from", "copy to", "escape"]
STORES: tuple[Kind, ...] = ("write", "clear", "copy to")


@frozen
class Sought:
    """The object whose accesses are looked for: a member of a struct, or a whole struct where
    `member` is empty."""

    record: str
    member: str = ""

    def __str__(self) -> str:
        return f"{self.record}.{self.member}" if self.member else self.record


@frozen
class Place:
    """Bits of the object: from bit `start`, `width` of them, None where neither is known beyond
    where they begin.

    `base` is the variable through which they were reached, `view` the struct that was laid there,
    `path` the member in it.
    """

    base: str
    view: str
    path: str
    start: int
    width: int | None
    at: int = 0  # where the view begins, in bits

    def __str__(self) -> str:
        if self.view and not self.view.startswith("["):
            return f"{self.view}.{self.path}" if self.path else self.view
        end = "" if self.width is None else (self.start + self.width + 7) // 8
        return f"[{self.start // 8}..{end})"


@frozen
class Access:
    """One access. `to` is the function that an escaping address is handed to, as which argument
    (-1: it is stored somewhere); `via` the callees it was followed into."""

    kind: Kind
    place: Place
    line: int
    via: tuple[str, ...] = ()
    to: str = ""
    argument: int = -1

    @property
    def stores(self) -> bool:
        return self.kind in STORES


@frozen
class Laid:
    """A struct, or a word, that is laid over the object: from which bit, how many of them (None:
    not known), and the file and line that say so. `by` is the macro or function that does;
    `said` is the text there, until macros are looked up."""

    type: str
    start: int
    width: int | None
    file: str
    line: int
    by: str
    said: str = ""


@frozen
class Read:
    """A function and what it does to the object; `calls` are the functions that it calls by
    name with an address, or hands on, itself, in an inline function of a header, or in one of
    its file that touches nothing; each once."""

    name: str
    file: str
    line: int
    accesses: tuple[Access, ...]
    calls: tuple[str, ...] = ()


@frozen
class Unread:
    """A file that the compiler could not make sense of: how many errors it had, and the first of
    them."""

    file: str
    errors: int
    first: str


@frozen
class Answer:
    """What came of one file; `included` are the headers that it hangs on, `looked` where others
    would have hidden them."""

    functions: tuple[Read, ...] = ()
    unread: Unread | None = None
    laid: tuple[Laid, ...] = ()
    calls: tuple[Calls, ...] = ()
    bound: tuple[Bound, ...] = ()
    included: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()
    structs: tuple[Struct, ...] = ()


@frozen
class Sweep:
    """What came of files: their functions, what could not be read, and what is laid over the
    object."""

    functions: tuple[Read, ...]
    unread: tuple[Unread, ...]
    files: int
    laid: tuple[Laid, ...] = ()


@frozen
class Calls:
    """A function and what it calls, each where it stands first and where it stands last: names
    of functions, `record.member` for a pointer in a struct. What a loop runs stands there twice.
    A function whose address is taken counts as called."""

    name: str
    file: str
    line: int
    targets: tuple[str, ...]


@frozen
class Bound:
    """A member that is set to a function, or to what another member holds: `record.member` then."""

    member: str
    function: str


def member(field: Field) -> str:
    """A member as calls name it; a struct without a name has none here either."""
    record = "" if "(" in field.record else field.record
    return f"{record}.{field.name}"


def calls(function: Function) -> tuple[tuple[str, ...], tuple[Bound, ...]]:
    """What a function calls, and what it binds."""
    walk = _Walk(_Variables(function.body))
    walk.follow(function.body)
    calls_found = walk.targets * 2 if walk.again else walk.targets
    return _ends(calls_found), tuple(dict.fromkeys(walk.bound))


def _ends(calls_found: list[str]) -> tuple[str, ...]:
    """Each name where it stands first and last."""
    last = {name: index for index, name in enumerate(calls_found)}
    first = {name: index for index, name in reversed(list(enumerate(calls_found)))}
    return tuple(
        name for index, name in enumerate(calls_found) if index in (first[name], last[name])
    )


class _Variables:
    """What the pointers to functions among a function's variables may hold, wherever they are
    set to it."""

    def __init__(self, body: Node) -> None:
        self.assigned: dict[int, list[Node]] = {}
        self._look(body)

    def _look(self, node: Node) -> None:
        if node.kind == "variable" and _to_function(node.type):
            self.assigned.setdefault(node.variable, []).extend(node.children)
        if node.kind == "binary" and node.name == "=" and node.children[0].kind == "name":
            self.assigned.setdefault(node.children[0].variable, []).append(node.children[-1])
        for each in node.children:
            self._look(each)

    def leads(self, node: Node, visited: frozenset[int] = frozenset()) -> Iterator[str]:
        """The functions, and the members that hold some, which an expression may come to."""
        yield from list(_functions(node)) or [member(field) for field in _members(node)]
        for name in _names(node):
            if name.variable in self.assigned and name.variable not in visited:
                for each in self.assigned[name.variable]:
                    yield from self.leads(each, visited | {name.variable})


class _Walk:
    """`again` where a goto leads back."""

    def __init__(self, variables: _Variables) -> None:
        self.variables = variables
        self.targets: list[str] = []
        self.bound: list[Bound] = []
        self.labels: set[str] = set()
        self.again = False

    def follow(self, node: Node) -> None:
        if node.kind == "call":
            self._call(node)
        elif node.kind == "name" and node.type.shape == "function":
            self.targets.append(node.name)
        elif node.kind == "again":
            self._again(node)
        elif node.kind == "goto":
            self.again |= node.name in self.labels
        elif node.kind == "binary" and node.name == "=" and self._binds(node):
            return
        else:
            for each in node.children:
                self.follow(each)

    def _call(self, node: Node) -> None:
        count = node.value or 0
        called, arguments = (
            node.children[: len(node.children) - count],
            node.children[len(node.children) - count :],
        )
        for each in arguments:
            self.follow(each)
            if _to_function(each.type) and not list(_functions(each)):
                # Handed on, as a function's own address is
                self.targets += self.variables.leads(each)
        if node.name:
            self.targets.append(node.name)
            return
        for each in called:
            self.targets += self.variables.leads(each)

    def _again(self, node: Node) -> None:
        """A loop runs twice; of a label it is kept that it was here."""
        before = len(self.targets)
        if node.name.startswith("label "):
            self.labels.add(node.name.removeprefix("label "))
        for each in node.children:
            self.follow(each)
        if node.name == "loop":
            self.targets += self.targets[before:]

    def _binds(self, node: Node) -> bool:
        """An assignment of a function to a member, or of one member to another."""
        left, right = node.children[0], node.children[-1]
        fields = list(_members(left))[:1]
        functions = list(dict.fromkeys(self.variables.leads(right))) if fields else []
        self.bound += [Bound(member(field), name) for field in fields for name in functions]
        if fields and functions:
            self.follow(left)
        return bool(fields and functions)


def _functions(node: Node) -> Iterator[str]:
    """Functions that an expression may come to: called ones are none of them."""
    if node.kind == "name" and node.type.shape == "function":
        yield node.name
    elif node.kind != "call":
        yield from _of(node.children)


def _to_function(type: CType) -> bool:
    return type.shape == "pointer" and type.inner is not None and type.inner.shape == "function"


def _names(node: Node) -> Iterator[Node]:
    """The pointers to functions that an expression names."""
    if node.kind == "name" and _to_function(node.type):
        yield node
    elif node.kind not in ("call", "member"):
        for each in node.children:
            yield from _names(each)


def _of(nodes: Iterable[Node]) -> Iterator[str]:
    for each in nodes:
        yield from _functions(each)


def _members(node: Node) -> Iterator[Field]:
    """The pointers to functions that an expression may come to."""
    if node.kind == "member" and node.field is not None and _to_function(node.type):
        yield node.field
        return
    for each in node.children:
        yield from _members(each)
