"""Places and run-time expressions in C: the members are read through the real structs, the arithmetic is the compiler's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cbprove.language import elaborate_types, syntax
from cbprove.language.names import Enumeration, Names
from cbprove.reproduce import shapes
from cbprove.reproduce.spelling import bracketed, identifier, refuse
from cbprove.reproduce.views import Views


@dataclass(frozen=True)
class Here:
    """The C name of the current object, and the names made around, as in the spec."""

    skb: str
    made: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Root:
    """The C name of a view or area, the object it is looked for in, and what follows."""

    view: str
    on: str
    type: syntax.CType
    suffixes: tuple[shapes.Suffix, ...]


_INT, _UNSIGNED, _OTHER = range(3)
_ARITHMETIC = frozenset("+-*/%")
_OVERFLOW = frozenset(("+", "-", "*", "<<"))
_NARROW = ("_Bool", "char", "signed char", "unsigned char", "short", "unsigned short", "int")


class Values:
    """Prints places and expressions."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self.static = views.static
        self.names = views.names
        self.inputs: dict[str, None] = {}
        self.operators: dict[str, None] = {}

    # --- places -------------------------------------------------------------------------------------------

    def place(self, node: syntax.Place, here: Here, rest: bool = False, still: bool = False) -> str:
        """A place; with `rest` an index at its end means the rest of the array, with `still` inputs count as 0."""
        root = self._root(node, here)
        path = ".".join(s.name.text for s in root.suffixes if isinstance(s, syntax.Dot))
        text, member = f"CB_PLACE({root.on}, {root.view}{'.' if path else ''}{path})", root.view
        for number, suffix in enumerate(root.suffixes):
            if isinstance(suffix, syntax.Dot):
                member += f".{suffix.name.text}"
            elif isinstance(suffix, syntax.Index):
                last = not any(isinstance(s, syntax.Dot) for s in root.suffixes[number:])
                end = number == len(root.suffixes) - 1
                text, member = self._element(text, root, suffix, member, (last, rest and end), still)
        return text

    def _element(
        self, text: str, root: _Root, suffix: syntax.Index, member: str, ends: tuple[bool, bool], still: bool
    ) -> tuple[str, str]:
        last, rest = ends
        size = f"CB_SIZE_OF({member}[0])"
        varying = self._input(suffix.value)
        if varying is not None:
            index = "0" if still else f"(long){varying}"
            return f"cb_element({text}, {index}, {size}, {int(last)}, 1)", f"{member}[0]"
        index = self.static.text(suffix.value)
        return f"cb_element({text}, {index}, {size}, {2 if rest else int(last)}, 0)", f"{member}[0]"

    def _input(self, node: syntax.Expr) -> str | None:
        if isinstance(node, syntax.Place) and not node.suffixes and node.base.text in self.names.inputs:
            return self.input(node.base.text)
        return None

    def _root(self, node: syntax.Place, here: Here) -> _Root:
        name, first = node.base.text, self.names.first_object()
        if name == "parent" or name in here.made:
            on = f"cb_parent({here.skb})" if name == "parent" else identifier(name)
            return self._elsewhere(node, on)
        if name in self.names.views:
            view = self.views.view(name)
            return _Root(view, self.views.on(name, here.skb), self.names.views[name].view.type, node.suffixes)
        return self._raw(name, here.skb if name == first else identifier(name), node, node.suffixes)

    def _raw(self, object: str, on: str, node: syntax.Place, suffixes: tuple[shapes.Suffix, ...]) -> _Root:
        type = self.views.object_type(object)
        raw = syntax.Place(syntax.Name(object, node.span), suffixes, node.span)
        (found, *_) = shapes.find(self.names, type, suffixes[:1], self.static.condition)
        return _Root(self.views.area(object, raw), on, found.type, suffixes[1:])

    def _elsewhere(self, node: syntax.Place, on: str) -> _Root:
        inner, first = node.suffixes[0], self.names.first_object()
        assert isinstance(inner, syntax.Dot)
        if inner.name.text in self.names.views:
            view = self.views.view(inner.name.text)
            return _Root(view, on, self.names.views[inner.name.text].view.type, node.suffixes[1:])
        if inner.name.text == first:
            return self._raw(first, on, node, node.suffixes[1:])
        return self._raw(first, on, node, node.suffixes)

    def member(self, node: syntax.Place, here: Here) -> str:
        """The place in `union cb_views`: `IPCB.opt.optlen`; where an input counts, element 0 of the moved view."""
        root = self._root(node, here)
        text = root.view
        for suffix in root.suffixes:
            if isinstance(suffix, syntax.Dot):
                text += f".{suffix.name.text}"
            elif isinstance(suffix, syntax.Index):
                moved = self._input(suffix.value) is not None
                text += "[0]" if moved else f"[{self.static.text(suffix.value)}]"
        return text

    def said(self, node: syntax.Place, here: Here) -> str | None:
        """The object and the member as two arguments, None where an index is in the way."""
        root = self._root(node, here)
        plain = not any(isinstance(suffix, syntax.Index) for suffix in root.suffixes)
        return self.place(node, here).removeprefix("CB_PLACE(").removesuffix(")") if plain else None

    def pointer(self, node: syntax.Place, here: Here) -> bool:
        """Whether the place holds a pointer, which is an unsigned integer to expressions."""
        root = self._root(node, here)
        found = list(shapes.find(self.names, root.type, root.suffixes, self.static.condition))
        return any(shapes.is_pointer(self.names, one.type) for one in found)

    # --- expressions --------------------------------------------------------------------------------------

    def text(self, node: syntax.Expr, here: Here) -> str:
        """A run-time expression; notes the operators in it, and `wraps` where a signed one may overflow."""
        if isinstance(node, syntax.Unary | syntax.Binary):
            if not _clear(node):
                self.operators.setdefault(node.operator)
            if node.operator in _OVERFLOW and self._rank(node, here) != _UNSIGNED:
                self.operators.setdefault("wraps")
        if isinstance(node, syntax.Conditional) and isinstance(node.condition, syntax.Unary | syntax.Binary):
            self.operators.setdefault("?")
        match node:
            case syntax.Number(_, suffix, span):
                written = span.source.text[span.start : span.end]
                return written if written[:1].isdigit() or written[:1] == "'" else f"{node.value}{suffix}"
            case syntax.Place():
                return self._name(node, here)
            case syntax.Unary(sign, operand):
                return f"{sign}{bracketed(node, operand, self.text(operand, here))}"
            case syntax.Binary(sign, left, right):
                compared = self.static.compared(node)
                sides = (bracketed(node, side, self.text(side, here)) for side in (left, right))
                return compared or f" {sign} ".join(sides)
            case syntax.Conditional(asked, then, otherwise):
                texts = [bracketed(node, part, self.text(part, here)) for part in (asked, then, otherwise)]
                return f"{texts[0]} ? {texts[1]} : {texts[2]}"
            case syntax.Has():
                return self.static.has(node)
            case syntax.Defined():
                return self.static.text(node)
            case _:
                return self.static.of_types(node)

    def read(self, node: syntax.Expr, here: Here) -> Iterator[syntax.Place]:
        """The places that an expression names, in the order they are written."""
        match node:
            case syntax.Place():
                if self._is_place(node, here):
                    yield node
            case syntax.Unary(_, operand):
                yield from self.read(operand, here)
            case syntax.Binary(_, left, right):
                yield from self.read(left, here)
                yield from self.read(right, here)
            case syntax.Conditional(asked, then, otherwise):
                for part in (asked, then, otherwise):
                    yield from self.read(part, here)

    def _rank(self, node: syntax.Expr, here: Here) -> int:
        """Whether arithmetic is done as unsigned int, as int, or as something that is not looked into."""
        match node:
            case syntax.Number(value, suffix):
                return _INT if value < 1 << 31 and not suffix else _OTHER
            case syntax.Place():
                return max((_ranked(self.names, found) for found in self._types(node, here)), default=_OTHER)
            case syntax.Unary(_, operand):
                return self._rank(operand, here)
            case syntax.Binary(sign, left, right) if sign in _ARITHMETIC:
                return max(self._rank(left, here), self._rank(right, here))
        return _OTHER

    def _types(self, node: syntax.Place, here: Here) -> Iterator[shapes.Found]:
        if self._is_place(node, here):
            root = self._root(node, here)
            yield from shapes.find(self.names, root.type, root.suffixes, self.static.condition)
        elif node.base.text in self.names.inputs:
            yield shapes.Found((), self.names.inputs[node.base.text].type)

    def input(self, name: str) -> str:
        """The value of an input, in its type."""
        self.inputs.setdefault(name)
        return f"input_{name}()"

    def _is_place(self, node: syntax.Place, here: Here) -> bool:
        name = node.base.text
        known = (*self.names.views, *self.names.objects, "parent")
        return bool(node.suffixes) or name in here.made or name in known

    def _name(self, node: syntax.Place, here: Here) -> str:
        name = node.base.text
        if self._is_place(node, here):
            said = self.said(node, here)
            text = f"CB_VALUE({said})" if said else f"CB_VALUE_AT({self.place(node, here)}, {self.member(node, here)})"
            return f"(unsigned long){text}" if self.pointer(node, here) else text
        if name in self.names.inputs:
            return self.input(name)
        found = self.names.constants.get(name)
        if isinstance(found, Enumeration):
            return self._enumerator(found, node)
        if found is not None:
            return f"({self.text(found.value, here)})"
        return self._axis(name)

    def _enumerator(self, found: Enumeration, node: syntax.Place) -> str:
        try:
            value = elaborate_types.enumerator(self.static.cx, found.body, found.index)
        except Exception:  # it hangs on an axis in a way that this candidate does not have
            refuse("this enumerator", node.span)
        text = self.static.text(node)
        return f"(int){text}" if -(1 << 31) <= value < 1 << 31 else text

    def _axis(self, name: str) -> str:
        axis = self.names.axes[name]
        if not isinstance(axis.values, range):
            return shapes.is_axis(name, "yes")
        narrow = axis.values[0] >= -(1 << 31) and axis.values[-1] < 1 << 31
        return (
            identifier(name)
            if narrow and axis.values[0] >= 0
            else f"({'int' if narrow else 'long long'}){identifier(name)}"
        )


def _clear(node: syntax.Unary | syntax.Binary) -> bool:
    """Whether it is a sum or product against a positive int, in which no compiler finds anything odd."""
    match node:
        case syntax.Binary(
            "<" | "<=" | ">" | ">=" | "==" | "!=", syntax.Binary("+" | "-" | "*"), syntax.Number(value, "")
        ):
            return 0 < value < 1 << 31
    return False


def _ranked(names: Names, found: shapes.Found) -> int:
    """What C promotes a value of this type to; bit-fields are not looked into."""
    kind = shapes.canonical(names, found.type)
    if found.bit_field:
        return _OTHER
    return _UNSIGNED if kind == "unsigned int" else _INT if kind in _NARROW else _OTHER
