"""What a function does to the object: its tree followed in the order of evaluation, with where each
variable points.

Where ways meet a variable may hold what it held on any of them; where a label stands or a loop
begins, what it ever held. Passes over the body are made until no variable learns a new address.
What a callee does to an address that it is handed, it does here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cbprove.source.accesses import Place, Sought
from cbprove.source.calling import Call, Calling, Result
from cbprove.source.code import (
    VOID,
    CType,
    Function,
    Node,
    can_hold_an_address,
    is_dereferenced,
    literal_of,
    unwrapped,
)
from cbprove.source.notes import Notes
from cbprove.source.objects import in_first_bytes, is_object, is_whole, whole
from cbprove.source.places import (
    NOWHERE,
    Places,
    each_once,
    element_of,
    joined,
    member_of,
    pointed_at,
    seen_as,
    shifted,
)
from cbprove.source.variables import Variables

_EXACT, _PASSES = 2, 6


class Reader:
    """Follows the functions of one unit. `defined` gives a function by name; `touches` says of a
    name whether its text can."""

    def __init__(
        self,
        target: Sought,
        defined: Callable[[str], Function | None],
        touches: Callable[[str], bool],
        extent: Callable[[], tuple[int, int] | None] = lambda: None,
    ) -> None:
        self.sought, self.defined, self.touches = target, defined, touches
        self.extent = extent if target.member else lambda: None
        self.results: dict[tuple[str, tuple[Places, ...], tuple[str, ...]], Result] = {}
        self.active: list[str] = []

    def read(
        self, function: Function, arguments: tuple[Places, ...] = (), names: tuple[str, ...] = ()
    ) -> Result:
        """The accesses of a function whose parameters point to `arguments`, and are what the
        caller calls `names`."""
        key = (function.name, arguments, names)
        if key not in self.results:
            self.active.append(function.name)
            try:
                self.results[key] = Walk(self, function, arguments, names).run()
            finally:
                self.active.pop()
        return self.results[key]


class Walk:
    """One function, one set of addresses for its parameters."""

    def __init__(
        self,
        reader: Reader,
        function: Function,
        arguments: tuple[Places, ...],
        names: tuple[str, ...],
    ) -> None:
        self.reader, self.function, self.sought = reader, function, reader.sought
        self.variables = Variables(function.params, arguments, names)
        self.notes = Notes(reader.sought, function.name)
        self.calls = Calling(reader, self.variables, self.notes)
        self.returned = NOWHERE
        self.passes = 0
        self.around = 0  # loops and labels that stand around

    def run(self) -> Result:
        variables = self.variables
        for self.passes in range(_PASSES):
            before = dict(variables.ever), self.returned
            variables.begin()
            self.notes.accesses = []
            self.value(self.function.body)
            if before == (variables.ever, self.returned):
                break
        return Result(tuple(each_once(self.notes.accesses)), self.returned, tuple(self.notes.laid))

    # What an expression is, and which bits of the object it names.

    def value(self, node: Node) -> Places:
        """Evaluate an expression; where its value points. What it reads is noted."""
        if node.kind in ("member", "element", "name") or (
            node.kind == "unary" and node.name == "*"
        ):
            return self._loaded(node)
        follow = getattr(self, f"_{node.kind}", None)
        if follow is not None:
            places: Places = follow(node)
            return places or self._by_type(node)
        carries = can_hold_an_address(node.type)
        return self._all(node.children) if carries else self._none(node.children)

    def _all(self, nodes: Iterable[Node]) -> Places:
        return NOWHERE.union(*[self.value(each) for each in nodes])

    def _none(self, nodes: Iterable[Node]) -> Places:
        for each in nodes:
            self.value(each)
        return NOWHERE

    def _loaded(self, node: Node) -> Places:
        if node.kind == "name":
            return self.variables.places(node.variable) or self._by_type(node)
        places = self.place(node)
        if node.type.shape in ("array", "function"):
            return places
        self.notes.access("read", places, node.line)
        return self._by_type(node)

    def _by_type(self, node: Node) -> Places:
        """Where a pointer points whose type alone says so."""
        type = node.type.inner if node.type.shape == "pointer" else None
        return self._whole(node, type) if is_whole(type, self.sought) else NOWHERE

    def _whole(self, node: Node, type: CType) -> Places:
        return whole(type, self.variables.root(node))

    def place(self, node: Node) -> Places:
        """The bits of the object that an lvalue names; what it takes to find them is evaluated."""
        if node.kind == "member":
            return self._member_of(node)
        if node.kind == "element":
            return self._element_of(node)
        if node.kind == "unary" and node.name == "*":
            return frozenset(pointed_at(each, node.type) for each in self.value(node.children[0]))
        if node.kind == "name":
            return NOWHERE
        if node.kind in ("paren", "other", "unary") and len(node.children) == 1:
            return self.place(node.children[0])
        return self.value(node)

    def _member_of(self, node: Node) -> Places:
        if node.field is None or not node.children:
            return self._none(node.children)
        base = node.children[0]
        base_places = self.value(base) if base.type.shape == "pointer" else self.place(base)
        field = node.field
        if is_object(self.sought, field):
            return frozenset((Place(self.variables.root(base), "", "", field.inside, field.width),))
        if not base_places and node.type.shape == "record" and is_whole(node.type, self.sought):
            return self._whole(base, node.type)
        return frozenset(member_of(each, field, base.type) for each in base_places)

    def _element_of(self, node: Node) -> Places:
        base, index = node.children[0], node.children[1]
        if index.type.shape in ("pointer", "array"):  # 5[array]
            base, index = index, base
        base_places = self.value(base)
        self.value(index)
        return frozenset(element_of(each, index.value, node.type) for each in base_places)

    # Expressions.

    def _cast(self, node: Node) -> Places:
        places = self._all(node.children)
        if node.type.shape != "pointer" or node.type.inner is None:
            return places if can_hold_an_address(node.type) else NOWHERE
        self.notes.conversion(node, places)
        return frozenset(seen_as(each, node.type.inner) for each in places)

    def _other(self, node: Node) -> Places:
        """A conversion, a member that an initialiser names, or what the compiler does itself, as
        `__atomic_store_n`, which has an address and more."""
        first = node.children[0].type if len(node.children) > 1 else VOID
        if first.shape == "pointer" and (node.type.shape != "pointer" or first.inner == node.type):
            self.notes.escape(self._all(node.children), node.line, "a builtin function")
            return NOWHERE
        carries = can_hold_an_address(node.type) or node.type == VOID
        places = self._all(node.children) if carries else self._none(node.children)
        self.notes.conversion(node, places)
        return places

    def _unary(self, node: Node) -> Places:
        if node.name == "&":
            return self.place(node.children[0])
        if node.name in ("++", "--", "post++", "post--"):
            return self._stepped(node)
        return (
            self._all(node.children) if node.name == "__extension__" else self._none(node.children)
        )

    def _stepped(self, node: Node) -> Places:
        operand = unwrapped(node.children[0])
        if operand.kind == "name":
            before = self.variables.places(operand.variable)
            after = self._shifted(
                operand.variable, 1 if node.name.endswith("++") else -1, operand.type
            )
            return before if node.name.startswith("post") else after
        places = self.place(operand)
        self.notes.read_and_write(places, node.line)
        return NOWHERE

    def _shifted(self, variable: int, amount: int | None, type: CType) -> Places:
        """Where a run may come by again, or passes do not end, by a sum that is not known."""
        is_once = self.passes <= _EXACT and not self.around
        return self.variables.shift(variable, amount if is_once else None, type)

    def _binary(self, node: Node) -> Places:
        left, right = node.children[0], node.children[-1]
        if node.name == "=":
            return self._assigned(node, left, right)
        if node.name == ",":
            self.value(left)
            return self.value(right)
        if node.name in ("+", "-") and node.type.shape == "pointer":
            return self._moved(node, left, right)
        if can_hold_an_address(node.type):
            return self._reckoned(node, left, right)
        self.value(left)
        self._arms((right,))
        return NOWHERE

    def _reckoned(self, node: Node, left: Node, right: Node) -> Places:
        """An address as a number, with which something is done; two make a distance."""
        places_left, places_right = self.value(left), self._arms((right,))
        if places_left and places_right:
            return NOWHERE
        operand = right.value if places_left else left.value
        sign = {"+": 1, "-": -1}.get(node.name)
        amount = None if operand is None or sign is None else sign * operand
        return frozenset(shifted(each, amount, node.type) for each in places_left or places_right)

    def _moved(self, node: Node, left: Node, right: Node) -> Places:
        pointer, operand = (
            (left, right) if left.type.shape in ("pointer", "array") else (right, left)
        )
        places = self.value(pointer)
        self.value(operand)
        step = operand.value if node.name == "+" or operand.value is None else -operand.value
        return frozenset(shifted(each, step, node.type) for each in places)

    def _assigned(self, node: Node, left: Node, right: Node) -> Places:
        record = node.type.shape == "record"
        literal = literal_of(right) if record else None
        if literal is not None:
            self.notes.escape(self._all(literal.children), node.line, "an initialiser")
            self.notes.access(
                "clear" if literal.value == 0 else "write", self._extent(left), node.line
            )
            return NOWHERE
        if record:
            return self._copied(left, right, node.line)
        addresses = self.value(right)
        target = unwrapped(left)
        if target.kind == "name":
            self.variables.assign(target.variable, addresses)
            if target.lasting:
                self.notes.escape(addresses, node.line, target.name)
            return addresses
        places = self.place(left)
        self.notes.access("write", places, node.line)
        if not places:
            self.notes.escape(addresses, node.line, target.name or "memory")
        return addresses

    def _copied(self, left: Node, right: Node, line: int) -> Places:
        source = self._extent(right)
        self.notes.access("copy from", source, line)
        self.notes.access("copy to", self._extent(left), line)
        return NOWHERE

    def _extent(self, node: Node) -> Places:
        """The bits of the object that are assigned with a struct: in it, or it in the struct."""
        places = self.place(node)
        if places or node.type.name != self.sought.record or not is_dereferenced(node):
            return places
        return in_first_bytes(self.reader.extent(), None, self.variables.root(node))

    def _compound(self, node: Node) -> Places:
        left, right = node.children[0], node.children[1]
        self.value(right)
        if unwrapped(left).kind == "name":
            sign = {"+=": 1, "-=": -1}.get(node.name)
            amount = None if right.value is None or sign is None else sign * right.value
            return self._shifted(unwrapped(left).variable, amount, node.type)
        places = self.place(left)
        self.notes.read_and_write(places, node.line)
        return NOWHERE

    def _conditional(self, node: Node) -> Places:
        if len(node.children) < 3:
            return self._all(node.children)
        self.value(node.children[0])
        return self._arms(node.children[1:])

    def _statements(self, node: Node) -> Places:
        """A statement expression: its value is that of its last statement."""
        inner = node.children[0].children if node.children else ()
        self._none(inner[:-1])
        return self.value(inner[-1]) if inner else NOWHERE

    def _list(self, node: Node) -> Places:
        self.notes.escape(self._all(node.children), node.line, "an initialiser")
        return NOWHERE

    def _variable(self, node: Node) -> Places:
        for start in node.children:
            if node.type.shape == "record":
                self.notes.access("copy from", self._extent(start), node.line)
            else:
                self.variables.assign(node.variable, self.value(start))
        self.variables.declare(node.variable, node.name)
        return NOWHERE

    def _return(self, node: Node) -> Places:
        places = self._all(node.children)
        if can_hold_an_address(self.function.result):
            self.returned |= places
        return NOWHERE

    def _assembly(self, node: Node) -> Places:
        """Operands of assembly may be read and written: nobody says which."""
        for each in node.children:
            places = self.place(each)
            self.notes.read_and_write(places, node.line)
        return NOWHERE

    # Ways that part and meet.

    def _arms(self, arms: Iterable[Node]) -> Places:
        """Exactly one of them is gone, or none."""
        before, places, after = dict(self.variables.now), NOWHERE, [dict(self.variables.now)]
        for arm in arms:
            self.variables.now = dict(before)
            places |= self.value(arm)
            after.append(self.variables.now)
        self.variables.now = joined(after)
        return places

    def _if(self, node: Node) -> Places:
        self.value(node.children[0])
        self._arms(node.children[1:])
        return NOWHERE

    def _again(self, node: Node) -> Places:
        """A loop, a switch, a label, a case: what runs here may come from anywhere in the
        function."""
        self.variables.come_from_anywhere()
        self.around += 1
        self._none(node.children)
        self.around -= 1
        self.variables.come_from_anywhere()
        return NOWHERE

    # Calls.

    def _call(self, node: Node) -> Places:
        count = node.value or 0
        called, arguments = (
            node.children[: len(node.children) - count],
            node.children[len(node.children) - count :],
        )
        self._none(each for each in called if unwrapped(each).kind != "name")
        places = tuple(self.value(each) for each in arguments)
        return self.calls.result(Call(node, called, arguments, places))
