"""Steps, parts and paths as C functions: one line for each statement, with the line of the spec it stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from cbprove.diagnostics import Span
from cbprove.language import syntax
from cbprove.language.names import StepOf
from cbprove.reproduce.runtime import words
from cbprove.reproduce.spelling import identifier, line, quoted
from cbprove.reproduce.values import Here, Values


class Statements:
    """Prints blocks; the steps and parts that are called are noted and printed after."""

    def __init__(self, values: Values, exact: bool) -> None:
        self.values = values
        self.static = values.static
        self.names = values.names
        self.exact = exact
        self.steps: dict[str, StepOf] = {}
        self.parts: dict[str, syntax.Path] = {}

    def function(self, kind: str, name: str, span: Span, body: list[str]) -> list[str]:
        """One C function of the current object."""
        skb = identifier(self.names.first_object())
        if skb not in words(body, sure=True):
            body = [f"(void){skb};", *body]
        head = f"static void {kind}_{name}(struct cb_name *{skb})\t\t/* line {line(span)} */"
        return [head, "{", *_indented(body), "}"]

    def step(self, found: StepOf) -> list[str]:
        """A step; without a body it reads and then writes all that its layer declares."""
        skb = identifier(self.names.first_object())
        here, node = Here(skb), found.step
        body = (
            list(self.block(node.body, here, in_path=False)) if node.body is not None else self._declared(found, here)
        )
        lines = [f"cb_begin({line(node.name.span)}, {skb}, {quoted(found.name)});", *body, f"cb_end({skb});"]
        return self.function("step", found.name.replace(".", "__"), node.span, lines)

    def part(self, node: syntax.Path) -> list[str]:
        """A path or a part."""
        body = list(self.block(node.body, Here(identifier(self.names.first_object())), in_path=True))
        return self.function(node.kind, node.name.text, node.span, body)

    def _declared(self, found: StepOf, here: Here) -> list[str]:
        at = line(found.step.span)
        lines = [self._one("read", at, node, here) for node in found.layer.reads or ()]
        return lines + [self._one("write", at, node, here) for node in found.layer.writes or ()]

    # --- blocks -------------------------------------------------------------------------------------------

    def block(self, nodes: syntax.Block, here: Here, in_path: bool) -> Iterator[str]:
        """The statements in order; a name made in the block is a variable of it."""
        own: set[str] = set()
        for node in nodes:
            if isinstance(node, syntax.Make | syntax.Share):
                name = identifier(node.name.text)
                kind = "share" if isinstance(node, syntax.Share) else node.kind
                if name in own:
                    yield f"{name} = cb_{kind}({line(node.span)}, {here.skb});"
                else:
                    yield f"CB_{kind.upper()}({line(node.span)}, {name}, {here.skb});"
                own.add(name)
                here = replace(here, made=here.made | {node.name.text})
                continue
            lines = list(self._statement(node, here, in_path))
            if in_path and self._draws(lines):
                yield "cb_next_moment();"
            yield from lines

    def _draws(self, lines: list[str]) -> bool:
        """Whether a statement of a path, which is a moment of its own, asks for an input that is drawn at each."""
        drawn = words(lines)
        return any(node.per_step and f"input_{name}" in drawn for name, node in self.names.inputs.items())

    def _braced(self, head: str, nodes: syntax.Block, here: Here, in_path: bool) -> list[str]:
        return [f"{head} {{", *_indented(self.block(nodes, here, in_path)), "}"]

    def _statement(self, node: syntax.Statement, here: Here, in_path: bool) -> Iterator[str]:
        match node:
            case syntax.Read() | syntax.Clear() | syntax.Write() | syntax.Copy():
                yield from self._access(node, here)
            case syntax.Assume(condition):
                yield f"CB_ASSUME({line(node.span)}, {self.values.text(condition, here)});"
            case syntax.Consume():
                yield f"cb_consume({line(node.span)}, {here.skb});"
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
                yield from self._braced(f"CB_ON({identifier(name.text)}, {here.skb})", body, here, in_path)
            case syntax.Repeat(bounds, body):
                yield from self._braced(f"CB_REPEAT({at}, {self._turns(bounds, 0)})", body, here, in_path)
            case syntax.Each(name, bounds, body):
                inner = replace(here, made=here.made | {name.text})
                head = f"CB_EACH({at}, {identifier(name.text)}, {here.skb}, {self._turns(bounds, 1)})"
                yield from self._braced(head, body, inner, in_path)
            case syntax.Either():
                yield from self._either(node, here, in_path)
            case syntax.If(condition, then, otherwise):
                for place in self.values.read(condition, here):
                    yield self._one("read", at, place, here)
                yield from self._braced(f"CB_IF({at}, {self.values.text(condition, here)})", then, here, in_path)
                if otherwise:
                    yield from self._braced("else", otherwise, here, in_path)

    def _either(self, node: syntax.Either, here: Here, in_path: bool) -> Iterator[str]:
        at = line(node.span)
        if len(node.arms) > 2:
            yield f"switch (cb_arm({at}, {len(node.arms)})) {{"
            for number, arm in enumerate(node.arms):
                head = f"case {number}:" if number < len(node.arms) - 1 else "default:"
                yield from [*self._braced(head, arm, here, in_path)[:-1], "\tbreak;", "}"]
            yield "}"
            return
        first, second = node.arms
        head = f"CB_OPTIONALLY({at})" if node.optional else f"CB_EITHER({at})"
        yield from self._braced(head, first, here, in_path)
        if second:
            yield from self._braced("else", second, here, in_path)

    def _turns(self, bounds: syntax.Bounds, least: int) -> str:
        low = str(least) if bounds.low is None else self.static.text(bounds.low)
        high = "CB_MANY" if bounds.high is None else self.static.text(bounds.high)
        return f"{low}, {high}"

    def _when(self, node: syntax.When, here: Here, in_path: bool) -> Iterator[str]:
        """Decided by the preprocessor where it can be."""
        condition = self.static.condition(node.condition)
        if condition is None:
            yield from self._braced(f"if ({self.static.text(node.condition)})", node.then, here, in_path)
            if node.otherwise:
                yield from self._braced("else", node.otherwise, here, in_path)
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
        if isinstance(node, syntax.Copy):
            yield from self._copy(node, here)
            return
        word = type(node).__name__.lower()
        if node.length is None:
            yield from (self._one(word, line(node.span), place, here) for place in node.places)
            return
        yield from self._reads(node.length, line(node.span), here)
        length = f"CB_LENGTH({self.values.text(node.length, here)})"
        for place in node.places:
            made = "write_for" if word == "write" else word
            yield f"cb_{made}({line(node.span)}, {self.values.place(place, here, True)}, {length});"

    def _one(self, word: str, at: int, node: syntax.Place, here: Here) -> str:
        """A statement about the whole of one place."""
        said, each = self.values.said(node, here), _star(node)
        if said is not None:
            return f"CB_{word.upper()}{'_EACH' if word == 'write' and each else ''}({at}, {said});"
        if word == "write":
            return f"cb_write{'_each' if each else ''}({at}, {self.values.place(node, here)});"
        return f"cb_{word}({at}, {self.values.place(node, here)}, CB_ALL);"

    def _copy(self, node: syntax.Copy, here: Here) -> Iterator[str]:
        at, ends = line(node.span), (node.origin, node.target)
        said = [self.values.said(place, here) for place in ends]
        if node.length is None and None not in said:
            yield f"CB_COPY({at}, {', '.join(filter(None, said))});"
            return
        length = "CB_ALL"
        if node.length is not None:
            yield from self._reads(node.length, at, here)
            length = f"CB_LENGTH({self.values.text(node.length, here)})"
        places = (self.values.place(place, here, node.length is not None) for place in ends)
        yield f"cb_copy({at}, {', '.join(places)}, {length});"

    def _reads(self, node: syntax.Expr, at: int, here: Here) -> Iterator[str]:
        for place in self.values.read(node, here):
            yield self._one("read", at, place, here)

    def _set(self, node: syntax.Write, here: Here) -> Iterator[str]:
        """The compiler stores the value into the member of a view, as the kernel's does."""
        assert node.value is not None
        at = line(node.span)
        yield from self._reads(node.value, at, here)
        (target,) = node.places
        value = self.values.text(node.value, here)
        if _constant(node.value, list(self.values.read(node.value, here)), self.names.inputs):
            self.values.operators.setdefault("=")
        word = "CB_SET_EXACTLY" if self.exact else "CB_SET"
        if self.values.pointer(target, here):
            value, word = f"(void *)(unsigned long)({value})", "CB_SET"
        said = self.values.said(target, here)
        if said is not None:
            yield f"{word}({at}, {said}, {value});"
        else:
            yield f"{word}_AT({at}, {self.values.place(target, here)}, {self.values.member(target, here)}, {value});"


def _constant(node: syntax.Expr, read: list[syntax.Place], inputs: Collection[str]) -> bool:
    """Whether a compiler may see that a value does not fit where it is stored."""
    if isinstance(node, syntax.Conditional):
        return True
    if isinstance(node, syntax.Place) and node.base.text in inputs:
        return False
    if isinstance(node, syntax.Unary | syntax.Binary):
        return True
    return not read and not (isinstance(node, syntax.Number) and node.value == 0)


def _star(node: syntax.Place) -> int:
    return int(bool(node.suffixes) and isinstance(node.suffixes[-1], syntax.Star))


def _indented(lines: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in lines:
        if text == "else {":
            found[-1] += f" {text}"
        else:
            found.append(text if text.startswith("#") else f"\t{text}")
    return found
