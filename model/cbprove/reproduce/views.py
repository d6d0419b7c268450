"""Views and areas: where they lie, and the table of what lies inside of each, worked out by the compiler."""

from __future__ import annotations

from cbprove.language import syntax
from cbprove.reproduce import shapes
from cbprove.reproduce.rows import Inside, Rows
from cbprove.reproduce.spelling import identifier, quoted, refuse, where
from cbprove.reproduce.static import Static


class Views:
    """The views and areas that a program uses, declared in the order of their first use."""

    def __init__(self, static: Static) -> None:
        self.static = static
        self.names = static.names
        self.types = static.types
        self.rows = Rows(static)
        self.tables: dict[str, list[str]] = {}
        self.setups: dict[str, list[str]] = {}

    # --- what is used -------------------------------------------------------------------------------------

    def view(self, name: str) -> str:
        """Notes a view; what comes back is its C name."""
        if name not in self.setups:
            node = self.names.views[name].view
            self.setups[name] = []
            self._type(name, node.type)
            lines = self._locations(node)
            del self.setups[name]
            self.setups[name] = lines
        return name

    def area(self, object: str, node: syntax.Place) -> str:
        """Notes the member of an object that a raw place begins with; what comes back is its C name."""
        dot = node.suffixes[0]
        assert isinstance(dot, syntax.Dot)
        area, key = dot.name.text, f"{object}__{dot.name.text}"
        if key in self.setups:
            return key
        (found, *_) = shapes.find(self.names, self.object_type(object), (dot,), self.static.condition)
        if found.bit_field:
            refuse("a bit-field of an object", node.span)
        self._type(key, found.type, raw=f"object {object}.{area}")
        low = f"8 * (long)offsetof(struct object_{object}, {area})"
        end = f"{low} + 8 * (long)sizeof(((struct object_{object} *)0)->{area})"
        shown = quoted(f"{object}.{area}")
        setup = f"CB_VIEW({key}, {shown}, {low}, {quoted(area)}, {low}, {end}, _Alignof(struct object_{object})); CB_RAW({key});"
        self.setups[key] = [setup, f"view_{key}(&V_{key});"]
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
        for number, location in enumerate(node.locations):
            condition = "1" if location.condition is None else self.static.condition(location.condition)
            if condition is None:
                refuse("this condition of a place", location.condition.span if location.condition else node.span)
            lines.append(f"#{'el' if number else ''}if {condition}")
            lines += self._location(name, location.place)
            if several:
                lines.append(f"#define ON_{name}(skb) {identifier(self._object(location.place)) or '(skb)'}")
        lines = lines[1:] if len(node.locations) == 1 and lines[0] == "#if 1" else [*lines, "#endif"]
        return [where(node.name.span), *lines]

    def _location(self, name: str, place: syntax.Place) -> list[str]:
        base = place.base.text
        whole = self.view(base) if base in self.names.views else self.area(base, place)
        suffixes = place.suffixes if base in self.names.views else place.suffixes[1:]
        self._refuse_bit_field(place)
        at = f"CB_LOW({whole}){self._offset(whole, suffixes)}"
        bound = f"CB_BOUND({whole})"
        return [f"CB_VIEW({name}, {quoted(name)}, {at}, {bound});", f"view_{name}(&V_{name});"]

    def _refuse_bit_field(self, place: syntax.Place) -> None:
        base = place.base.text
        type = self.names.views[base].view.type if base in self.names.views else self.object_type(base)
        if any(found.bit_field for found in shapes.find(self.names, type, place.suffixes, self.static.condition)):
            refuse("a view over a bit-field", place.span)

    def _offset(self, whole: str, suffixes: tuple[shapes.Suffix, ...]) -> str:
        """Bits from the beginning of a view or area; an index may lie beyond its array."""
        member, added = "", ""
        plain = f"(((T_{whole} *)0)->"
        for suffix in suffixes:
            if isinstance(suffix, syntax.Dot):
                member += f".{suffix.name.text}" if member else suffix.name.text
            elif isinstance(suffix, syntax.Index):
                member = f"{member or 'it'}[0]"
                added += f" + 8 * (long)({self.static.text(suffix.value)}) * (long)sizeof {plain}{member})"
        start = f" + 8 * (long)offsetof(T_{whole}, {member})" if member and member != "it[0]" else ""
        return start + added

    # --- what lies inside ---------------------------------------------------------------------------------

    def _type(self, name: str, type: syntax.CType, raw: str = "") -> None:
        """The C type of a view, and how its table is filled."""
        whose = raw or f"view {name}"
        record = shapes.is_record(self.names, type)
        object, _, area = raw.removeprefix("object ").partition(".")
        spelled = f"__typeof__(((struct object_{object} *)0)->{area})" if raw else self.types.name(type)
        tagged = self.rows.tag(type)
        if tagged and record:
            body = [f'\t{self.rows.lay(tagged)}(cb_v, 0, "");']
        else:
            inside = Inside() if record else Inside("it", "", "")
            rows = list(self.rows.of(type, inside))
            body = [
                "\tconst long cb_base = 0;",
                f'\tconst char *cb_within = "", *cb_whose = {quoted(whose)};',
                *(f"\t{r}" for r in rows),
            ]
            body.insert(0, f"\ttypedef T_{name} CB_T;")
        declared = f"typedef {spelled} T_{name};" if record else f"typedef struct {{ {spelled} it; }} T_{name};"
        self.tables[name] = [
            declared,
            f"static struct cb_view V_{name};",
            f"static cb_maybe void view_{name}(struct cb_view *cb_v)",
            "{",
            *body,
            "}",
            f"static cb_maybe T_{name} of_{name}(struct cb_place cb_p) "
            f"{{ T_{name} cb_t; cb_load(cb_p, &cb_t, sizeof cb_t); return cb_t; }}",
        ]
