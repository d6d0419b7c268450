"""Steps, parts and paths as C functions: one line for each statement, with the line of the spec it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cbprove.language import syntax
from cbprove.language.names import StepOf
from cbprove.reproduce.spelling import identifier, line, quoted, where
from cbprove.reproduce.values import Here, Values

ALL = "CB_ALL"


class Statements:
    """Prints blocks; the steps and parts that are called are noted and printed after."""

    def __init__(self, values: Values, exact: bool) -> None:
        self.values = values
        self.static = values.static
        self.names = values.names
        self.exact = exact
        self.afresh = any(node.per_step for node in self.names.inputs.values())
        self.steps: dict[str, StepOf] = {}
        self.parts: dict[str, syntax.Path] = {}

    def function(self, kind: str, name: str, span: object, body: list[str]) -> list[str]:
        """One C function of the current object."""
        skb = identifier(self.names.first_object())
        head = f"static cb_maybe void {kind}_{name}(cb_named_object {skb})"
        return [head, "{", *(text if text.startswith("#") else f"\t{text}" for text in body), "}", ""]

    def step(self, found: StepOf) -> list[str]:
        """A step; without a body it reads and then writes all that its layer declares."""
        skb = identifier(self.names.first_object())
        here, node = Here(skb), found.step
        body = (
            list(self.block(node.body, here, in_path=False)) if node.body is not None else self._declared(found, here)
        )
        lines = [f"CB_LINE({line(node.name.span)}) cb_begin({skb}, {quoted(found.name)});", *body, f"cb_end({skb});"]
        source = where(node.span)
        return [source, *self.function("step", found.name.replace(".", "__"), node.span, lines)]

    def part(self, node: syntax.Path) -> list[str]:
        """A path or a part."""
        body = list(self.block(node.body, Here(identifier(self.names.first_object())), in_path=True))
        source = where(node.span)
        return [source, *self.function(node.kind, node.name.text, node.span, body)]

    def _declared(self, found: StepOf, here: Here) -> list[str]:
        lines = [f"CB_LINE({line(found.step.span)})"]
        lines += [f"cb_read({self.values.place(node, here)}, {ALL});" for node in found.layer.reads or ()]
        lines += [f"cb_write({self.values.place(node, here)}, {_star(node)});" for node in found.layer.writes or ()]
        return lines

    # --- blocks -------------------------------------------------------------------------------------------

    def block(self, nodes: syntax.Block, here: Here, in_path: bool) -> Iterator[str]:
        """The statements in order; a name made in the block is a variable of it."""
        own: set[str] = set()
        for node in nodes:
            if isinstance(node, syntax.Make | syntax.Share):
                name = identifier(node.name.text)
                made = f"cb_{'share' if isinstance(node, syntax.Share) else node.kind}({here.skb})"
                declared = "" if name in own else "cb_named_object "
                yield f"CB_LINE({line(node.span)}) {declared}{name} = {made};"
                own.add(name)
                here = replace(here, made=here.made | {node.name.text})
            else:
                if in_path and self.afresh and not isinstance(node, syntax.Call | syntax.When):
                    yield "cb_next_moment();"
                yield from self._statement(node, here, in_path)

    def _braced(self, nodes: syntax.Block, here: Here, in_path: bool, *before: str) -> list[str]:
        inner = [*before, *self.block(nodes, here, in_path)]
        return ["{", *(text if text.startswith("#") else f"\t{text}" for text in inner), "}"]

    def _statement(self, node: syntax.Statement, here: Here, in_path: bool) -> Iterator[str]:
        match node:
            case syntax.Read() | syntax.Clear() | syntax.Write() | syntax.Copy():
                yield from (f"CB_LINE({line(node.span)}) {text}" for text in self._access(node, here))
            case syntax.Assume(condition):
                yield f"CB_LINE({line(node.span)}) cb_assume(({self.values.text(condition, here)}) != 0);"
            case syntax.Consume():
                yield f"CB_LINE({line(node.span)}) cb_consume({here.skb});"
            case syntax.Call(callee):
                yield f"{self._callee(callee)}({here.skb});"
            case syntax.When():
                yield from self._when(node, here, in_path)
            case _:
                yield from self._compound(node, here, in_path)

    def _compound(self, node: syntax.Statement, here: Here, in_path: bool) -> Iterator[str]:
        at = line(node.span)
        match node:
            case syntax.On(name, body):
                entered = f"cb_named_object {here.skb} = cb_on({identifier(name.text)});"
                outer = f"cb_named_object cb_outer = {here.skb};"
                yield from _nested([outer, *self._braced(body, here, in_path, entered), "cb_on(cb_outer);"])
            case syntax.Repeat(bounds, body):
                yield f"for (long cb_turn = {self._turns(at, bounds, 0)}; cb_turn > 0; cb_turn--)"
                yield from self._braced(body, here, in_path)
            case syntax.Each(name, bounds, body):
                yield from self._each(node, here, in_path)
            case syntax.Either(arms):
                yield f"switch (cb_arm({at}, {len(arms)})) {{"
                for number, arm in enumerate(arms):
                    yield f"case {number}:" if number < len(arms) - 1 else "default:"
                    yield from (
                        f"\t{text}" if not text.startswith("#") else text for text in self._braced(arm, here, in_path)
                    )
                    yield "\tbreak;"
                yield "}"
            case syntax.If(condition, then, otherwise):
                for place in self.values.read(condition, here):
                    yield f"CB_LINE({at}) cb_read({self.values.place(place, here)}, {ALL});"
                yield f"if (!cb_stopped && ({self.values.text(condition, here)}))"
                yield from self._braced(then, here, in_path)
                if otherwise:
                    yield "else if (!cb_stopped)"
                    yield from self._braced(otherwise, here, in_path)

    def _each(self, node: syntax.Each, here: Here, in_path: bool) -> Iterator[str]:
        """Each turn runs on a clone of the object that was current before the loop."""
        name, at = identifier(node.name.text), line(node.span)
        inner = replace(here, made=here.made | {node.name.text})
        body = self._braced(node.body, inner, in_path, f"cb_named_object {here.skb} = cb_on({name});")
        yield f"for (long cb_turn = {self._turns(at, node.bounds, 1)}; cb_turn > 0; cb_turn--)"
        lines = [
            f"CB_LINE({at}) cb_named_object {name} = cb_clone({here.skb}), *cb_outer = {here.skb};",
            *body,
            "cb_on(cb_outer);",
        ]
        yield from _nested(lines)

    def _turns(self, at: int, bounds: syntax.Bounds, least: int) -> str:
        low = str(least) if bounds.low is None else self.static.text(bounds.low)
        high = "-1" if bounds.high is None else self.static.text(bounds.high)
        return f"cb_turns({at}, {low}, {high})"

    def _when(self, node: syntax.When, here: Here, in_path: bool) -> Iterator[str]:
        """Decided by the preprocessor where it can be."""
        condition = self.static.condition(node.condition)
        if condition is None:
            yield f"if ({self.static.text(node.condition)})"
            yield from self._braced(node.then, here, in_path)
            yield "else"
            yield from self._braced(node.otherwise, here, in_path)
            return
        yield f"#if {condition}"
        yield from self.block(node.then, here, in_path)
        if node.otherwise:
            yield "#else"
            yield from self.block(node.otherwise, here, in_path)
        yield "#endif"

    def _callee(self, name: syntax.Name) -> str:
        part = self.names.parts.get(name.text)
        if part is not None:
            self.parts.setdefault(name.text, part)
            return f"part_{name.text}"
        found = self.names.step(name)
        self.steps.setdefault(found.name, found)
        return f"step_{found.name.replace('.', '__')}"

    # --- accesses -----------------------------------------------------------------------------------------

    def _access(self, node: syntax.Read | syntax.Clear | syntax.Write | syntax.Copy, here: Here) -> Iterator[str]:
        if isinstance(node, syntax.Write) and node.value is not None:
            yield from self._set(node, here)
            return
        rest, length = node.length is not None, ALL
        if node.length is not None:
            yield from self._reads(node.length, here)
            length = f"(long long)({self.values.text(node.length, here)})"
        if isinstance(node, syntax.Copy):
            ends = (self.values.place(place, here, rest) for place in (node.origin, node.target))
            yield f"cb_copy({', '.join(ends)}, {length});"
            return
        for place in node.places:
            text = self.values.place(place, here, rest)
            if isinstance(node, syntax.Write):
                yield f"cb_write_for({text}, {length});" if rest else f"cb_write({text}, {_star(place)});"
            else:
                yield f"cb_{'read' if isinstance(node, syntax.Read) else 'clear'}({text}, {length});"

    def _reads(self, node: syntax.Expr, here: Here) -> Iterator[str]:
        for place in self.values.read(node, here):
            yield f"cb_read({self.values.place(place, here)}, {ALL});"

    def _set(self, node: syntax.Write, here: Here) -> Iterator[str]:
        """The compiler stores the value into the member of a view, as the kernel's does."""
        assert node.value is not None
        yield from self._reads(node.value, here)
        (target,) = node.places
        value = self.values.text(node.value, here)
        if self.values.pointer(target, here):
            value = f"(void *)(unsigned long)({value})"
        view, member = self.values.view_of(target, here), self.values.member(target, here)
        word = "CB_SET_EXACTLY" if self.exact and not value.startswith("(void *)") else "CB_SET"
        yield f"{word}({view}, {self.values.place(target, here)}, {member}, {value});"


def _star(node: syntax.Place) -> int:
    return int(bool(node.suffixes) and isinstance(node.suffixes[-1], syntax.Star))


def _nested(lines: list[str]) -> list[str]:
    return ["{", *(text if text.startswith("#") else f"\t{text}" for text in lines), "}"]
