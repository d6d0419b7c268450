"""The members of types as the tables of a program list them: a function for each struct with a tag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cbprove.language import syntax
from cbprove.language.names import Names
from cbprove.reproduce import shapes
from cbprove.reproduce.spelling import quoted
from cbprove.reproduce.static import Static

_WIDTH = 110
_ALONE = ("CB_STRUCT", "CB_BARE")


@dataclass(frozen=True)
class Inside:
    """Where members are told from: what stands before them in C (`member`), in their path and their owner's; a shift in bits."""

    member: str = ""
    path: str = ""
    whose: str = ""
    shift: str = "0"

    def named(self, name: str, whose: bool = True) -> Inside:
        """One member further; the named half of a struct_group does not count for whose bits they are."""
        inner = f"{self.whose}.{name}" if self.whose else name
        path = f"{self.path}.{name}" if self.path else name
        return Inside(
            f"{self.member}.{name}" if self.member else name, path, inner if whose else self.whose, self.shift
        )


class Rows:
    """Prints the lines that list members; the functions that they call are kept in the order they are needed."""

    def __init__(self, static: Static) -> None:
        self.static = static
        self.names = static.names
        self.lays: dict[str, list[str]] = {}
        self.bools = False

    def tag(self, type: syntax.CType) -> str:
        """The tag that a type goes by, through typedefs."""
        if isinstance(type, syntax.NamedType) and type.name.text in self.names.typedefs:
            return self.tag(self.names.typedefs[type.name.text].type)
        tag = getattr(type, "tag", None)
        return tag.text if tag is not None and not isinstance(type, syntax.EnumBody) else ""

    def lay(self, tag: str) -> str:
        """The function that lists the members of a struct with a tag."""
        if tag not in self.lays:
            self.lays[tag] = []
            found = self.names.tags[tag]
            assert not isinstance(found, syntax.EnumBody)
            self.static.types.declare(tag)
            rows: list[str] = []
            if isinstance(found, syntax.Packing):
                for number, arm in enumerate(found.arms):
                    rows.append(f"#{'el' if number else ''}if {shapes.is_axis(tag, arm.name.text)}")
                    rows += self._rows(arm.body, Inside())
                rows.append("#endif")
            else:
                rows = list(self._rows(found, Inside()))
            del self.lays[tag]
            self.lays[tag] = [
                f"static void lay_{tag}(struct cb_view *cb_v, long cb_base, const char *cb_within)",
                "{",
                *indented(wrapped([f"CB_STRUCT({found.kind} {tag});", *rows])),
                "}",
            ]
        return f"lay_{tag}"

    def _rows(self, body: syntax.RecordBody, at: Inside) -> Iterator[str]:
        """The members of a struct or union without those of other tags."""
        group = _group(body)
        for conditions, member in shapes.members(self.names, body.members, self.static.condition):
            rows = list(self._member(member, at, group))
            packed = (body.attributes.packed or member.attributes.packed) and not member.attributes.aligned
            if packed and member.name is None and rows:
                rows = ["cb_packed++;", *rows, "cb_packed--;"]
            yield from _under(conditions, rows)

    def _member(self, member: syntax.Member, at: Inside, group: syntax.Member | None) -> Iterator[str]:
        if member.name is None:
            for shape in shapes.variants(self.names, member.type):
                if isinstance(shape.type, syntax.RecordBody) and member.bits is None:
                    yield from _under(shape.conditions, self._anonymous(shape.type, at, group))
            return
        inside = at.named(member.name.text, whose=group is None)
        if member.bits is not None:
            yield self._field(member, inside)
        else:
            yield from self.of(member.type, inside)

    def _anonymous(self, body: syntax.RecordBody, at: Inside, group: syntax.Member | None) -> list[str]:
        """Members of a struct without a name; those of a struct_group are the same as in its named half."""
        if group is not None and self.tag(group.type):
            rows = list(self._rows(body, Inside(at.member, at.path, "", at.shift)))
            return [f"{{ const char *cb_whose = {quoted('struct ' + self.tag(group.type))};", *rows, "}"]
        return list(self._rows(body, at))

    def _field(self, member: syntax.Member, at: Inside) -> str:
        boolean = self._boolean(member.type)
        if (at.member, at.shift, boolean) == (at.path, "0", 0) and at.path == at.whose:
            return f"CB_FIELD({at.member});"
        return f"CB_FIELD_AS({at.member}, {quoted(at.path)}, {quoted(at.whose)}, {at.shift}, {boolean});"

    def of(self, type: syntax.CType, at: Inside) -> Iterator[str]:
        """The lines of one member, or of a view's whole type, under every choice of the axes."""
        if self.tag(type) and shapes.is_record(self.names, type):
            yield from self._one(type, next(shapes.variants(self.names, type)).type, at)
            return
        for shape in shapes.variants(self.names, type):
            yield from _under(shape.conditions, list(self._one(type, shape.type, at)))

    def _one(self, written: syntax.CType, type: syntax.CType, at: Inside) -> Iterator[str]:
        tag = self.tag(written)
        if isinstance(type, syntax.ArrayType):
            yield from self._array(type, at)
        elif isinstance(type, syntax.RecordBody) and tag:
            if (at.member, at.shift) == (at.path, "0"):
                yield f"CB_NESTED({self.lay(tag)}, {at.member});"
            else:
                yield f"CB_GROUP_AS({at.member}, {quoted(at.path)}, {at.shift});"
                yield f"CB_NESTED_AS({self.lay(tag)}, {at.member}, {quoted(at.path)}, {at.shift});"
        elif isinstance(type, syntax.RecordBody):
            if at.path:
                yield f"CB_GROUP_AS({at.member}, {quoted(at.path)}, {at.shift});"
            yield from self._rows(type, at)
        else:
            yield self._leaf(type, at, "")

    def _leaf(self, type: syntax.CType, at: Inside, dimensions: str) -> str:
        boolean = self._boolean(type)
        if (at.member, at.shift, boolean, dimensions) == (at.path, "0", 0, "") and at.path == at.whose:
            return f"CB_LEAF({at.member});"
        element = at.member + dimensions
        if (at.member, at.shift, boolean) == (at.path, "0", 0) and at.path == at.whose:
            return f"CB_ARRAY({at.member}, {element});"
        return f"CB_LEAF_AS({at.member}, {quoted(at.path)}, {quoted(at.whose)}, {at.shift}, {element}, {boolean});"

    def _boolean(self, type: syntax.CType) -> int:
        found = shapes.canonical(self.names, type) == "_Bool"
        self.bools = self.bools or found
        return int(found)

    def _array(self, type: syntax.ArrayType, at: Inside) -> Iterator[str]:
        """Scalars in a row are one; structs are told apart. A flexible array occupies nothing."""
        dimensions, element, flexible = "", type, False
        while isinstance(element, syntax.ArrayType):
            flexible = flexible or element.count is None
            dimensions += "[0]"
            element = _bare(self.names, element.element)  # type: ignore[assignment]
        if flexible:
            return
        if not shapes.is_record(self.names, element):
            yield self._leaf(element, at, dimensions)
            return
        if at.path:
            yield f"CB_GROUP_AS({at.member}, {quoted(at.path)}, {at.shift});"
        one, number = at.member + dimensions, f"cb_i{at.shift.count('BITS')}"
        yield f"for (long {number} = 0; {number} < (long)(sizeof CB_PART({at.member}) / sizeof CB_PART({one})); {number}++) {{"
        shift = f"{number} * CB_SIZED({one})" if at.shift == "0" else f"{at.shift} + {number} * CB_SIZED({one})"
        yield from self.of(element, Inside(one, at.path, at.whose, shift))
        yield "}"


def wrapped(rows: list[str]) -> list[str]:
    """Rows, as many on a line as there is room for."""
    lines: list[str] = []
    for row in rows:
        alone = row.startswith(("#", "for ", "{", "}", *_ALONE)) or not lines or lines[-1].startswith("#")
        if (
            alone
            or lines[-1].endswith(("{", "}"))
            or lines[-1].startswith(_ALONE)
            or len(lines[-1]) + len(row) > _WIDTH
        ):
            lines.append(row)
        else:
            lines[-1] += f" {row}"
    return lines


def indented(lines: Iterable[str]) -> list[str]:
    """One tab further; what the preprocessor reads stays where it is."""
    return [text if text.startswith("#") else f"\t{text}" for text in lines]


def _bare(names: Names, type: syntax.CType) -> syntax.CType:
    """An array behind a typedef is one more dimension."""
    if isinstance(type, syntax.NamedType):
        found = next(shapes.variants(names, type)).type
        return found if isinstance(found, syntax.ArrayType) else type
    return type


def _under(conditions: shapes.Conditions, rows: list[str]) -> list[str]:
    """Lines for those candidates only that meet the conditions."""
    return [f"#if {' && '.join(conditions)}", *rows, "#endif"] if conditions and rows else rows


def _group(body: syntax.RecordBody) -> syntax.Member | None:
    """The named half of a `struct_group`: a union of a bare struct and a named one with the same members."""
    if body.kind != "union" or body.tag is not None or len(body.members) != 2:
        return None
    bare, named = body.members
    if not (isinstance(bare, syntax.Member) and isinstance(named, syntax.Member)) or bare.name or not named.name:
        return None
    a, b = bare.type, named.type
    same = isinstance(a, syntax.RecordBody) and isinstance(b, syntax.RecordBody) and a.members is b.members
    return named if same else None
