"""The whole program: head, candidate, types, runtime, views, judge, functions, main."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import fields, is_dataclass
from importlib.resources import files

from cbprove.language import syntax
from cbprove.language.elaborate_context import Context
from cbprove.reproduce import claims, layouts, shapes
from cbprove.reproduce.candidate import candidate, head
from cbprove.reproduce.script import Shown
from cbprove.reproduce.spelling import identifier, literal, quoted, refuse
from cbprove.reproduce.statements import Statements
from cbprove.reproduce.static import Static
from cbprove.reproduce.types import Types
from cbprove.reproduce.values import Values
from cbprove.reproduce.views import Views
from cbprove.system import System

_FITS = syntax.Fits(())
_MOST_EDGES = 24
_WORD_OR_TEXT = re.compile(r'"(?:\\.|[^"\\])*"|\b[A-Za-z_]\w*\b')
_ODD = (
    "sign-compare type-limits tautological-compare int-in-bool-context overflow address parentheses unused-value "
    "bool-operation shift-overflow shift-negative-value"
)
_ODD_TO_CLANG = "tautological-constant-out-of-range-compare constant-logical-operand constant-conversion"
_ODD_TO_GCC = "bool-compare logical-not-parentheses"


def program(system: System, shown: Shown, path: str, kunit: bool = False) -> str:
    """The C program of a property, for all candidates; raises SpecError for what C cannot say."""
    cx = system.handle
    assert isinstance(cx, Context)
    cx.memo.begin(shown.candidate)
    _refuse_clashes(cx)
    writer = _Writer(cx, system, shown)
    return "\n".join([*head(system, shown, writer.title, path, kunit), *writer.body(kunit), ""])


def _refuse_clashes(cx: Context) -> None:
    """A number that -D defines would stand wherever its name does."""
    numbers = {name: axis for name, axis in cx.names.axes.items() if isinstance(axis.values, range)}
    members = {name for node in (*cx.names.tags.values(), *cx.names.objects.values()) for name in _members(node)}
    for name in numbers:
        if name in members or name in cx.names.tags or name in cx.names.typedefs:
            refuse(f"the param `{name}`, called like a member or a type,", cx.names.axis_declarations[name].span)


def _members(node: object) -> Iterator[str]:
    if isinstance(node, syntax.Member) and node.name is not None:
        yield node.name.text
    if isinstance(node, tuple):
        for part in node:
            yield from _members(part)
    elif is_dataclass(node):
        for one in fields(node):
            yield from _members(getattr(node, one.name)) if one.name != "span" else ()


class _Writer:
    def __init__(self, cx: Context, system: System, shown: Shown) -> None:
        self.cx, self.system, self.shown = cx, system, shown
        self.types = Types(cx)
        self.static = self.types.static = Static(cx, self.types)
        self.views = Views(self.static)
        self.values = Values(self.views)
        self.node = cx.names.properties.get(shown.property)
        self.title = self.node.title if self.node else ""
        self.claim: syntax.Claim = self.node.claim if self.node else _FITS
        self.statements = Statements(self.values, isinstance(self.claim, syntax.Exact))

    # --- body ---------------------------------------------------------------------------------------------

    def body(self, kunit: bool) -> Iterator[str]:
        asked = claims.asked(self.statements, self.claim, self.node.where if self.node else ())
        functions = list(self._functions()) if asked.runs else []
        applies = self._applies()
        requires = list(self._requires())
        objects = [line for name in self.cx.names.objects for line in self._object(name)]
        inputs = list(self._inputs())
        edges = self._edges()
        yield from self._preamble(kunit)
        yield from candidate(self.system, self.shown)
        yield from self._types(kunit)
        yield from [
            "/* --- the objects that paths work on, and what must be so for them to be built ---- */",
            "",
            *objects,
        ]
        yield from [*self._sizes(), "", *requires, ""]
        yield from self._runtime(asked, edges)
        yield from self._tables(asked.runs)
        yield from [*inputs, "", *asked.before, ""]
        yield from ["static void cb_declared(void)", "{", *self._declared(asked.runs), "}", ""]
        for judge in asked.judges:
            yield from _fragment(judge, self.cx.names.axes)
        if asked.runs:
            yield from ["/* --- steps, parts and paths: CB_LINE says which line of the spec ---- */", "", *functions]
            yield from _fragment("main", self.cx.names.axes)
        yield from self._main(asked, applies, kunit)

    def _preamble(self, kunit: bool) -> list[str]:
        if kunit:
            included = ["#include <kunit/test.h>", "#include <linux/string.h>", "#include <linux/types.h>"]
            said = "#define CB_PRINT(...) pr_cont(__VA_ARGS__)"
        else:
            included = ["#include <stddef.h>", "#include <stdio.h>", "#include <string.h>"]
            said = "#define CB_PRINT(...) printf(__VA_ARGS__)"
        numbers = ["#ifndef CB_TURNS", "#define CB_TURNS 3\t\t/* of a loop without end */", "#endif"]
        numbers += [
            "#ifndef CB_RUNS",
            "#define CB_RUNS 5000\t/* of a path, before chance picks as many more */",
            "#endif",
        ]
        pragmas = [
            *_ignored(_ODD),
            "#ifdef __clang__",
            *_ignored(_ODD_TO_CLANG),
            "#else",
            *_ignored(_ODD_TO_GCC),
            "#endif",
        ]
        said += "\n#define cb_maybe __attribute__((unused))"
        return [
            "",
            *included,
            "",
            said,
            *numbers,
            "/* Expressions are the spec's: what compilers find odd in them is not. */",
            *pragmas,
            "",
        ]

    # --- types --------------------------------------------------------------------------------------------

    def _types(self, kunit: bool) -> Iterator[str]:
        yield from ["/* --- structs, as in the spec ---- */", ""]
        yield '#define CB_SIZE(T, n) _Static_assert(sizeof(T) == (n), #T " has another size here")'
        yield '#define CB_LIES(T, m, at) _Static_assert(offsetof(T, m) == (at), #T "." #m " lies elsewhere here")'
        yield ""
        if not kunit:
            yield from (f"typedef {words} {name};" for name, words in self.types.typedefs.items())
        for (kind, name), lines in self.types.declared.items():
            yield from ["", *lines]
            if kind == "tag":
                yield from layouts.asserted(self.cx, name, self.shown.candidate)
        yield ""

    def _object(self, name: str) -> list[str]:
        node = self.cx.names.objects[name]
        lines = [f"struct object_{name} {{", *(f"\t{text}" for text in self.types.members(node.members)), "};"]
        return [*lines, *layouts.of_object(self.cx, name, self.shown.candidate), ""]

    def _sizes(self) -> list[str]:
        members = " ".join(f"struct object_{name} {name}_;" for name in self.cx.names.objects)
        return [f"union cb_any {{ {members} }};"]

    def _requires(self) -> Iterator[str]:
        self.cx.memo.begin(self.shown.candidate)
        for node in self.cx.names.requires:
            span = node.condition.span
            said = " ".join(span.source.text[span.start : span.end].split())
            yield from self._required(node.condition, quoted(f"excluded by: require {said}"))

    def _required(self, node: syntax.Expr, said: str) -> Iterator[str]:
        """Static asserts; what a side of `&&` or `||` leaves unlooked at must not even compile."""
        if isinstance(node, syntax.Binary) and node.operator in ("&&", "||"):
            left = self.static.condition(node.left)
            if node.operator == "&&":
                yield from self._required(node.left, said)
            if left is not None:
                yield f"#if {left}" if node.operator == "&&" else f"#if !({left})"
                yield from [*self._required(node.right, said), "#endif"]
                return
        yield f"_Static_assert({self.static.text(node)}, {said});"

    # --- runtime ------------------------------------------------------------------------------------------

    def _runtime(self, asked: claims.Asked, edges: list[str]) -> Iterator[str]:
        members = len(self.claim.members) if isinstance(self.claim, syntax.Preserved) else 0
        kept = f"{members} * CB_BITS"
        yield "#define CB_BYTES ((long)sizeof(union cb_any))"
        yield "#define CB_BITS (8 * CB_BYTES)"
        yield f"#define CB_KEPT ({kept})"
        yield "#define CB_ALL (-1LL - 0x7fffffffffffffffLL)\t/* no length: the whole place */"
        yield "enum { CB_PATH = 96, CB_MEMBERS = 4096, CB_OBJECTS = 64, CB_NAMES = 256, CB_STORES = 8192, CB_STEPS = 1024,"
        yield "       CB_CHOICES = 1024, CB_SMALL = 4 };\t/* room, and how many bits of a value are tried in all ways */"
        yield f"#define CB_PROPERTY {quoted(self.shown.property)}"
        if asked.runs:
            yield from self._of_runs(edges)
        yield ""
        for name in (
            ("places", "memory", "search", "statements", "report", "views") if asked.runs else ("places", "views")
        ):
            yield from _fragment(name, self.cx.names.axes)

    def _of_runs(self, edges: list[str]) -> Iterator[str]:
        yield f"static const long long cb_edge[] = {{ {', '.join(edges)} }};"
        yield "enum { CB_EDGES = sizeof cb_edge / sizeof cb_edge[0] };"
        yield "static struct { const char *what; long line; long long value; } cb_script[] = {\t/* the witness's choices */"
        script = self.shown.script
        yield from (
            f"\t{{ {quoted(what)}, {at}, {literal(value)} }}," for what, at, value in (script.choices if script else ())
        )
        yield "\t{ 0, 0, 0 }"
        yield "};"
        yield f"static const char cb_script_bit[] = {quoted(script.bits if script else '')};"

    def _tables(self, runs: bool) -> Iterator[str]:
        for lines in self.views.rows.lays.values():
            yield from [*lines, ""]
        for lines in self.views.tables.values():
            yield from [*(lines if runs else lines[:-1]), ""]
        yield from ["static void cb_lay_views(void)", "{"]
        for lines in self.views.setups.values():
            yield from (text if text.startswith("#") else f"\t{text}" for text in lines)
        yield from ["}", ""]
        for name in list(self.cx.names.objects)[1:]:
            yield f"static cb_maybe struct cb_name *{identifier(name)};"

    def _declared(self, runs: bool) -> list[str]:
        others = list(self.cx.names.objects)[1:]
        if not runs:
            return [f"\t{identifier(name)} = &cb_name[{number}];" for number, name in enumerate(others, 1)]
        return ["\tcb_make(0, 0);", *(f"\t{identifier(name)} = cb_make(0, 0);" for name in others)]

    def _inputs(self) -> Iterator[str]:
        for name in self.values.inputs:
            node = self.cx.names.inputs[name]
            if node.range is not None:
                low, high = (self.static.text(side) for side in node.range)
            else:
                low, high = self._bounds(node)
            bounds = f"(unsigned long long)({low}), (unsigned long long)({high})"
            yield f"static struct cb_input I_{name} = {{ {quoted(name)}, {bounds}, {int(node.per_step)}, 0, -1, 0 }};"

    def _bounds(self, node: syntax.Input) -> tuple[str, str]:
        type = self.types.name(node.type)
        if shapes.canonical(self.cx.names, node.type) == "_Bool":
            return "0", "1"
        top = f"(1ULL << (8 * sizeof({type}) - 1))"
        signed = f"(({type})-1 < 0)"
        return f"{signed} ? -{top} : 0", f"{signed} ? {top} - 1 : {top} - 1 + {top}"

    def _edges(self) -> list[str]:
        """The constants in run-time expressions."""
        found: dict[str, None] = {}
        self.cx.memo.begin(self.shown.candidate)
        bodies: list[object] = [part.body for part in self.cx.names.parts.values()]
        bodies += [one.step.body for one in self.cx.names.all_steps()]
        for number in _numbers((*bodies, self.claim)):
            found.setdefault(literal(number))
        return list(found)[:_MOST_EDGES] or ["1LL"]

    # --- functions and main -------------------------------------------------------------------------------

    def _functions(self) -> Iterator[str]:
        """Steps, then parts, each before who calls it, then paths."""
        paths = [self.statements.part(node) for node in self.cx.names.parts.values() if node.kind == "path"]
        parts: dict[str, list[str]] = {}
        while set(self.statements.parts) - set(parts):
            for name in [name for name in self.statements.parts if name not in parts]:
                parts[name] = self.statements.part(self.statements.parts[name])
        steps = [self.statements.step(found) for found in self.statements.steps.values()]
        yield from (text for lines in steps for text in lines)
        skb = identifier(self.cx.names.first_object())
        yield from (f"static cb_maybe void part_{name}(struct cb_name *{skb});" for name in parts)
        yield ""
        yield from (text for lines in (*parts.values(), *paths) for text in lines)

    def _applies(self) -> str:
        return self.static.text(self.node.condition) if self.node and self.node.condition is not None else "1"

    def _main(self, asked: claims.Asked, applies: str, kunit: bool) -> Iterator[str]:
        skb = identifier(self.cx.names.first_object())
        yield from ["static int cb_all(void)", "{"]
        yield f'\tif (!({applies})) {{ CB_PRINT("%s makes no claim of this candidate\\n", CB_PROPERTY); return 5; }}'
        yield from ["\tcb_lay_views();", "\tcb_declared();", f"\tcb_named_object {skb} = cb_here = &cb_name[0];"]
        yield from (f"\t{check}" for check in asked.checks)
        script = self.shown.script
        if asked.runs:
            if script is not None:
                yield "\tcb_scripted = CB_SHOWN;\t\t\t/* the witness first */"
                yield f"\tif (cb_scripted && !cb_broken) {{ cb_path = {quoted(script.path)}; cb_one_run(path_{script.path}); }}"
                yield "\tcb_scripted = 0;"
            for node in self.cx.names.parts.values():
                if node.kind == "path":
                    yield f"\tcb_search({quoted(node.name.text)}, path_{node.name.text});"
        yield from _fragment("verdict" if asked.runs else "verdict_placed", self.cx.names.axes)
        if kunit:
            yield from self._kunit()
        else:
            yield from ["int main(void) { return cb_all(); }"]

    def _kunit(self) -> list[str]:
        name = self.shown.id.replace("/", "_").replace(".", "_")
        case = ["static void cb_case(struct kunit *test)", "{", "\tKUNIT_EXPECT_EQ(test, cb_all(), 0);", "}", ""]
        cases = ["static struct kunit_case cb_cases[] = {", "\tKUNIT_CASE(cb_case),", "\t{}", "};", ""]
        suite = [
            "static struct kunit_suite cb_suite = {",
            f"\t.name = {quoted(name)},",
            "\t.test_cases = cb_cases,",
            "};",
        ]
        return [*case, *cases, *suite, "kunit_test_suite(cb_suite);", "", 'MODULE_LICENSE("GPL");']


def _ignored(names: str) -> list[str]:
    return [f'#pragma GCC diagnostic ignored "-W{name}"' for name in names.split()]


def _fragment(name: str, axes: Container[str]) -> list[str]:
    """A piece of the runtime, which is C as it stands; a name of its own that -D may define is changed."""

    def renamed(word: re.Match[str]) -> str:
        return f"cb_{word[0]}" if word[0] in axes else word[0]

    text = files("cbprove.reproduce").joinpath("c", f"{name}.c").read_text("utf-8")
    return [*_WORD_OR_TEXT.sub(renamed, text).splitlines(), ""]


def _numbers(node: object) -> Iterator[int]:
    """The numbers that stand below a node."""
    if isinstance(node, syntax.Number):
        yield node.value
    elif isinstance(node, tuple):
        for part in node:
            yield from _numbers(part)
    elif is_dataclass(node):
        for one in fields(node):
            if one.name != "span":
                yield from _numbers(getattr(node, one.name))
