"""What a function does to the object: its tree followed in the order of evaluation, with where each
variable points.

Where ways meet a variable may hold what it held on any of them; where a label stands or a loop
begins, what it ever held. Passes over the body are made until no variable learns a new address.
What a callee does to an address that it is handed, it does here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cbprove.frozen import frozen
from cbprove.source.accesses import Access, Kind, Laid, Place, Sought
from cbprove.source.code import (
    VOID,
    CType,
    Field,
    Function,
    Node,
    can_hold_an_address,
    is_dereferenced,
    is_pointer_to,
    literal_of,
    uncast,
    unwrapped,
)
from cbprove.source.library import HARMLESS, KNOWN, Does
from cbprove.source.places import (
    NOWHERE,
    Places,
    each_once,
    element_of,
    joined,
    member_of,
    order,
    pointed_at,
    seen_as,
    shifted,
    stretched,
)

DEPTH = 12  # calls in calls that are followed
_EXACT, _PASSES = 2, 6


@frozen
class Result:
    """What a call did, and where what it returned points."""

    accesses: tuple[Access, ...]
    returned: Places
    laid: tuple[Laid, ...]


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
        self.sought, self.defined, self.touches, self.extent = target, defined, touches, extent
        self.known: dict[tuple[str, tuple[Places, ...], tuple[str, ...]], Result] = {}
        self.active: list[str] = []

    def read(
        self, function: Function, places_given: tuple[Places, ...] = (), names: tuple[str, ...] = ()
    ) -> Result:
        """The accesses of a function whose parameters point to `places_given`, and are what the
        caller calls `names`."""
        key = (function.name, places_given, names)
        if key not in self.known:
            self.active.append(function.name)
            try:
                self.known[key] = Walk(self, function, places_given, names).run()
            finally:
                self.active.pop()
        return self.known[key]


class Walk:
    """One function, one set of addresses for its parameters."""

    def __init__(
        self,
        reader: Reader,
        function: Function,
        places_given: tuple[Places, ...],
        names: tuple[str, ...],
    ) -> None:
        self.reader, self.function, self.sought = reader, function, reader.sought
        self.points: dict[int, Places] = {}  # what each variable may hold now
        self.ever: dict[int, Places] = {}  # and what it held anywhere
        self.names: dict[int, str] = {}
        for index, (name, variable, _) in enumerate(function.params):
            if index < len(places_given) and places_given[index]:
                self.points[variable] = places_given[index]
            self.names[variable] = names[index] if index < len(names) and names[index] else name
        self.accesses: list[Access] = []
        self.laid: dict[Laid, None] = {}  # as a set in order
        self.returned = NOWHERE
        self.passes = 0
        self.around = 0  # loops and labels that stand around

    def run(self) -> Result:
        first = dict(self.points)
        self.ever = dict(first)
        for self.passes in range(_PASSES):
            before, returned = dict(self.ever), self.returned
            self.points, self.accesses = dict(first), []
            self.value(self.function.body)
            if (before, returned) == (self.ever, self.returned):
                break
        return Result(tuple(each_once(self.accesses)), self.returned, tuple(self.laid))

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
            return self.points.get(node.variable) or self._by_type(node)
        places = self.place(node)
        if node.type.shape in ("array", "function"):
            return places
        self._note("read", places, node.line)
        return self._by_type(node)

    def _by_type(self, node: Node) -> Places:
        """Where the object is a whole struct: a pointer to such a struct, wherever it comes
        from."""
        inner = node.type.inner
        if (
            node.type.shape != "pointer"
            or self.sought.member
            or inner is None
            or inner.name != self.sought.record
        ):
            return NOWHERE
        return frozenset((Place(self.root(node), inner.name, "", 0, max(inner.size, 0) * 8),))

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
        if self._is_object(field):
            return frozenset((Place(self.root(base), "", "", field.inside, field.width),))
        if (
            not base_places
            and not self.sought.member
            and node.type.shape == "record"
            and node.type.name == self.sought.record
        ):
            return frozenset(
                (Place(self.root(base), node.type.name, "", 0, max(node.type.size, 0) * 8),)
            )
        return frozenset(member_of(each, field, base.type) for each in base_places)

    def _is_object(self, field: Field) -> bool:
        """The member that is sought, or one over the same bytes: in a union that has no name."""
        member = self.sought.member
        return (
            bool(member)
            and field.record == self.sought.record
            and member in (field.name, *field.beside)
        )

    def _element_of(self, node: Node) -> Places:
        base, index = node.children[0], node.children[1]
        if index.type.shape in ("pointer", "array"):  # 5[array]
            base, index = index, base
        base_places = self.value(base)
        self.value(index)
        return frozenset(element_of(each, index.value, node.type) for each in base_places)

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

    # Expressions.

    def _cast(self, node: Node) -> Places:
        places = self._all(node.children)
        if node.type.shape != "pointer" or node.type.inner is None:
            return places if can_hold_an_address(node.type) else NOWHERE
        self._lay(node, places)
        return frozenset(seen_as(each, node.type.inner) for each in places)

    def _other(self, node: Node) -> Places:
        """A conversion, a member that an initialiser names, or what the compiler does itself, as
        `__atomic_store_n`, which has an address and more."""
        first = node.children[0].type if len(node.children) > 1 else VOID
        if first.shape == "pointer" and (node.type.shape != "pointer" or first.inner == node.type):
            self._escape(self._all(node.children), node.line, "a builtin function")
            return NOWHERE
        carries = can_hold_an_address(node.type) or node.type == VOID
        places = self._all(node.children) if carries else self._none(node.children)
        self._lay(node, places)
        return places

    def _lay(self, node: Node, places: Places) -> None:
        """A conversion to a pointer to a struct lays it there; one to a pointer to a word, on
        the object's bare bytes."""
        type, (file, line, text_written, spelled) = node.type.inner, node.written
        if file and type is not None and type.name:
            struct = type.shape == "record"
            for each in sorted(
                (e for e in places if e.start >= 0 and (struct or not e.view)), key=order
            ):
                size = None if each.width is None or type.size < 0 else type.size * 8
                self.laid[
                    Laid(
                        type=type.name if struct else spelled,
                        start=each.start,
                        width=size,
                        file=file,
                        line=line,
                        by=self.function.name,
                        said=text_written,
                    )
                ] = None

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
            before = self.points.get(operand.variable, NOWHERE)
            after = self._step(
                operand.variable, 1 if node.name.endswith("++") else -1, operand.type
            )
            return before if node.name.startswith("post") else after
        places = self.place(operand)
        self._note("read", places, node.line)
        self._note("write", places, node.line)
        return NOWHERE

    def _step(self, variable: int, amount: int | None, type: CType) -> Places:
        """Move what a variable points to; where it may come by again, or passes do not end, by a
        sum that is not known."""
        amount_known = amount if self.passes <= _EXACT and not self.around else None
        places_after = frozenset(
            shifted(each, amount_known, type) for each in self.points.get(variable, NOWHERE)
        )
        self._points_to(variable, places_after)
        return places_after

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
        one, two = self.value(left), self._arms((right,))
        if one and two:
            return NOWHERE
        operand = right.value if one else left.value
        sign = {"+": 1, "-": -1}.get(node.name)
        amount = None if operand is None or sign is None else sign * operand
        return frozenset(shifted(each, amount, node.type) for each in one or two)

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
            self._escape(self._all(literal.children), node.line, "an initialiser")
            self._note("clear" if literal.value == 0 else "write", self._extent(left), node.line)
            return NOWHERE
        if record:
            return self._copied(left, right, node.line)
        places_held = self.value(right)
        target = unwrapped(left)
        if target.kind == "name":
            self._points_to(target.variable, places_held)
            if target.lasting:
                self._escape(places_held, node.line, target.name)
            return places_held
        places = self.place(left)
        self._note("write", places, node.line)
        if not places:
            self._escape(places_held, node.line, target.name or "memory")
        return places_held

    def _copied(self, left: Node, right: Node, line: int) -> Places:
        source = self._extent(right)
        self._note("copy from", source, line)
        self._note("copy to", self._extent(left), line)
        return NOWHERE

    def _extent(self, node: Node) -> Places:
        """The bits of the object that are assigned with a struct: in it, or it in the struct."""
        places = self.place(node)
        if places or node.type.name != self.sought.record or not is_dereferenced(node):
            return places
        return self._held_in(node, None)

    def _held_in(self, node: Node, length: int | None) -> Places:
        """The object, as far as the first bytes of the struct that holds it reach; all of it
        where no length is known."""
        extent = self.reader.extent() if self.sought.member else None
        if extent is None:
            return NOWHERE
        start, width = extent
        reached = width if length is None else min(width, length * 8 - start)
        return frozenset((Place(self.root(node), "", "", 0, reached),)) if reached > 0 else NOWHERE

    def _compound(self, node: Node) -> Places:
        left, right = node.children[0], node.children[1]
        self.value(right)
        if unwrapped(left).kind == "name":
            sign = {"+=": 1, "-=": -1}.get(node.name)
            amount = None if right.value is None or sign is None else sign * right.value
            return self._step(unwrapped(left).variable, amount, node.type)
        places = self.place(left)
        self._note("read", places, node.line)
        self._note("write", places, node.line)
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
        self._escape(self._all(node.children), node.line, "an initialiser")
        return NOWHERE

    def _variable(self, node: Node) -> Places:
        for start in node.children:
            if node.type.shape == "record":
                self._note("copy from", self._extent(start), node.line)
            else:
                self._points_to(node.variable, self.value(start))
        self.names.setdefault(node.variable, node.name)
        return NOWHERE

    def _return(self, node: Node) -> Places:
        places_held = self._all(node.children)
        if can_hold_an_address(self.function.result):
            self.returned |= places_held
        return NOWHERE

    def _assembly(self, node: Node) -> Places:
        """Operands of assembly may be read and written: nobody says which."""
        for each in node.children:
            places = self.place(each)
            self._note("read", places, node.line)
            self._note("write", places, node.line)
        return NOWHERE

    def _points_to(self, variable: int, places_held: Places) -> None:
        """From here on the variable holds nothing else."""
        if places_held:
            self.points[variable] = places_held
            self.ever[variable] = self.ever.get(variable, NOWHERE) | places_held
        else:
            self.points.pop(variable, None)

    # Ways that part and meet.

    def _arms(self, arms: Iterable[Node]) -> Places:
        """Exactly one of them is gone, or none."""
        before, places_found, after = dict(self.points), NOWHERE, [dict(self.points)]
        for arm in arms:
            self.points = dict(before)
            places_found |= self.value(arm)
            after.append(self.points)
        self.points = joined(after)
        return places_found

    def _if(self, node: Node) -> Places:
        self.value(node.children[0])
        self._arms(node.children[1:])
        return NOWHERE

    def _again(self, node: Node) -> Places:
        """A loop, a switch, a label, a case: what runs here may come from anywhere in the
        function."""
        self.points = joined([self.points, self.ever])
        self.around += 1
        self._none(node.children)
        self.around -= 1
        self.points = joined([self.points, self.ever])
        return NOWHERE

    # Calls.

    def _call(self, node: Node) -> Places:
        count = node.value or 0
        called, arguments = (
            node.children[: len(node.children) - count],
            node.children[len(node.children) - count :],
        )
        self._none(each for each in called if unwrapped(each).kind != "name")
        places_held = tuple(self.value(each) for each in arguments)
        if node.name not in KNOWN:
            places_held = tuple(
                frozenset(place for place in each if not self._everywhere(place))
                for each in places_held
            )
        if node.name in KNOWN:
            return self._known(node, KNOWN[node.name], arguments, places_held)
        function = self.reader.defined(node.name) if node.name else None
        if function is None or node.name in self.reader.active or len(self.reader.active) > DEPTH:
            if node.name not in HARMLESS and node.name not in self.reader.active:
                for index, each in enumerate(places_held):
                    self._escape(
                        each, node.line, node.name or f"*{unwrapped(called[0]).name}", index
                    )
            return NOWHERE
        if not any(places_held) and not self.reader.touches(node.name):
            return NOWHERE
        return self._followed(node, function, arguments, places_held)

    def _everywhere(self, place: Place) -> bool:
        """Whether a callee knows the place by its type: what it does there stands in itself."""
        return (
            not self.sought.member
            and place.start == 0
            and (place.view, place.path) == (self.sought.record, "")
        )

    def _followed(
        self,
        node: Node,
        function: Function,
        arguments: tuple[Node, ...],
        places_held: tuple[Places, ...],
    ) -> Places:
        names = tuple(self.root(each) if each.type.shape == "pointer" else "" for each in arguments)
        if function.own and not any(places_held):
            # What it does stands in itself; where it points is of use here.
            return (
                self.reader.read(function, (), names).returned
                if function.result.shape == "pointer"
                else NOWHERE
            )
        done = self.reader.read(function, places_held, names)
        self.laid.update(dict.fromkeys(done.laid))
        accesses = done.accesses
        if function.own:
            alone = {
                (each.kind, each.place.start, each.place.width)
                for each in self.reader.read(function).accesses
            }
            accesses = tuple(
                e for e in accesses if (e.kind, e.place.start, e.place.width) not in alone
            )
        self.accesses += [
            Access(
                kind=each.kind,
                place=each.place,
                line=node.line,
                via=(function.name, *each.via),
                to=each.to,
                argument=each.argument,
            )
            for each in accesses
        ]
        return done.returned

    def _known(
        self,
        node: Node,
        effects: tuple[Does, ...],
        arguments: tuple[Node, ...],
        places_held: tuple[Places, ...],
    ) -> Places:
        for each in effects:
            if each.argument < len(places_held):
                length = (
                    None
                    if each.length is None or each.length >= len(arguments)
                    else arguments[each.length]
                )
                places = frozenset(stretched(place, length) for place in places_held[each.argument])
                argument = uncast(arguments[each.argument])
                if (
                    not places
                    and length is not None
                    and is_pointer_to(argument, self.sought.record)
                ):
                    places = self._held_in(argument, length.value)
                self._note(each.effect, places, node.line)
        return places_held[0] if places_held and node.type.shape == "pointer" else NOWHERE

    def _note(self, kind: Kind, places: Places, line: int) -> None:
        for each in sorted(places, key=order):
            self.accesses.append(Access(kind, each, line))

    def _escape(self, places: Places, line: int, target_name: str, argument: int = -1) -> None:
        """An address goes where nobody looks; that of a struct which is known by its type is found
        again."""
        for each in sorted((e for e in places if not self._everywhere(e)), key=order):
            self.accesses.append(Access("escape", each, line, (), target_name, argument))
