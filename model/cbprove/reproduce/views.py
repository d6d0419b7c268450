"""Views and areas: where they lie, and the table of what lies inside of each, worked out by the compiler."""

from __future__ import annotations

from cbprove.language import syntax
from cbprove.reproduce import shapes
from cbprove.reproduce.rows import Inside, Rows, indented, wrapped
from cbprove.reproduce.spelling import identifier, line, refuse
from cbprove.reproduce.static import Static

_BYTES = ("char", "signed char", "unsigned char")


class Views:
    """The views and areas that a program uses, in the order of their first use: as members of `union cb_views`."""

    def __init__(self, static: Static) -> None:
        self.static = static
        self.names = static.names
        self.types = static.types
        self.rows = Rows(static)
        self.members: dict[str, str] = {}
        self.setups: dict[str, list[str]] = {}
        self.listed: dict[str, list[str]] = {}

    # --- what is used -------------------------------------------------------------------------------------

    def view(self, name: str) -> str:
        """Notes a view; what comes back is its C name."""
        if name not in self.setups:
            node = self.names.views[name].view
            self.setups[name] = []
            lines = self._locations(node)
            self.members[name] = f"{self.types.declarator(node.type, identifier(name))};"
            self._list(identifier(name), node.type, Inside(identifier(name)), f'CB_BARE("view {name}");')
            del self.setups[name]
            self.setups[name] = lines
        return identifier(name)

    def area(self, object: str, node: syntax.Place) -> str:
        """Notes the member of an object that a raw place begins with; what comes back is its C name."""
        dot = node.suffixes[0]
        assert isinstance(dot, syntax.Dot)
        area, key = dot.name.text, f"{object}.{dot.name.text}"
        if key in self.setups:
            return key
        (found, *_) = shapes.find(self.names, self.object_type(object), (dot,), self.static.condition)
        if found.bit_field:
            refuse("a bit-field of an object", node.span)
        self.members.setdefault(object, f"struct object_{object} {object};")
        self._list(key, found.type, Inside(area), f"CB_BARE_IN({object}, {area});")
        self.setups[key] = [f"CB_AREA({object}, {area});"]
        return key

    def object_type(self, name: str) -> syntax.RecordBody:
        """The members of an object as a struct."""
        node = self.names.objects[name]
        return syntax.RecordBody("struct", None, node.members, syntax.Attributes(), node.span)

    def on(self, name: str, skb: str) -> str:
        """The name of the object that a view lies in, `skb` being the current one."""
        found = {self._object(location.place) for location in self.names.views[name].view.locations}
        if found == {""}:
            return skb
        return identifier(found.pop()) if len(found) == 1 else f"ON_{name}({skb})"

    def _object(self, place: syntax.Place) -> str:
        """The object that a location names, empty for the first one."""
        base = place.base.text
        if base in self.names.views:
            return self._object(self.names.views[base].view.locations[0].place)
        return "" if base == self.names.first_object() else base

    # --- where they lie -----------------------------------------------------------------------------------

    def _locations(self, node: syntax.View) -> list[str]:
        name, lines = node.name.text, []
        several = len({self._object(location.place) for location in node.locations}) > 1
        said = f"\t/* line {line(node.name.span)} */"
        for number, location in enumerate(node.locations):
            condition = "1" if location.condition is None else self.static.condition(location.condition)
            if condition is None:
                refuse("this condition of a place", location.condition.span if location.condition else node.span)
            lines.append(f"#{'el' if number else ''}if {condition}")
            lines.append(self._location(name, location.place) + said)
            if several:
                lines.append(f"#define ON_{name}(skb) {identifier(self._object(location.place)) or '(skb)'}")
        return lines[1:] if len(node.locations) == 1 and lines[0] == "#if 1" else [*lines, "#endif"]

    def _location(self, name: str, place: syntax.Place) -> str:
        base = place.base.text
        whole = self.view(base) if base in self.names.views else self.area(base, place)
        suffixes = place.suffixes if base in self.names.views else place.suffixes[1:]
        type = self.names.views[base].view.type if base in self.names.views else self.object_type(base)
        if any(found.bit_field for found in shapes.find(self.names, type, place.suffixes, self.static.condition)):
            refuse("a view over a bit-field", place.span)
        return f"CB_VIEW({identifier(name)}, {whole}, {self._offset(whole, suffixes, self._bytes(type, place))});"

    def _bytes(self, type: syntax.CType, place: syntax.Place) -> bool:
        """Whether the whole is a row of bytes, where an index is an offset."""
        for found in shapes.find(self.names, type, place.suffixes[:-1], self.static.condition):
            if not isinstance(found.type, syntax.ArrayType) or not isinstance(found.type.element, syntax.NamedType):
                return False
            if shapes.canonical(self.names, found.type.element) not in _BYTES:
                return False
        return True

    def _offset(self, whole: str, suffixes: tuple[shapes.Suffix, ...], bytes: bool) -> str:
        """Bytes from the beginning of a view or area; an index may lie beyond its array."""
        if bytes and len(suffixes) == 1 and isinstance(suffixes[0], syntax.Index):
            return self.static.alone(suffixes[0].value)
        member, parts = whole, []
        for suffix in suffixes:
            if isinstance(suffix, syntax.Dot):
                member += f".{suffix.name.text}"
            elif isinstance(suffix, syntax.Index):
                member += "[0]"
                parts.append(f"({self.static.text(suffix.value)}) * (long)sizeof(((union cb_views *)0)->{member})")
        if any(isinstance(suffix, syntax.Dot) for suffix in suffixes):
            start = f"offsetof(union cb_views, {member})"
            start += f" - offsetof(union cb_views, {whole})" if "." in whole else ""
            parts.insert(0, f"(long)({start})" if "-" in start else f"(long){start}")
        return " + ".join(parts) or "0"

    # --- what lies inside ---------------------------------------------------------------------------------

    def _list(self, name: str, type: syntax.CType, at: Inside, bare: str) -> None:
        """The lines that list the members of a view or area."""
        tag = self.rows.tag(type)
        if tag and shapes.is_record(self.names, type):
            self.listed[name] = [f'CB_LISTED({name}) {self.rows.lay(tag)}(cb_v, 0, "");']
            return
        rows = list(self.rows.of(type, at))
        if len(rows) == 1:
            self.listed[name] = [f"CB_LISTED({name}) {{ {bare} {rows[0]} }}"]
        else:
            self.listed[name] = [f"CB_LISTED({name}) {{", *indented(wrapped([bare, *rows])), "}"]
