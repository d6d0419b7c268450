"""A refuted case as a straight C program: the run of its witness, one line a store, and the
claim that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from cbprove.diagnostics import WrongUsage
from cbprove.frozen import replace
from cbprove.layout.abi import ABIS
from cbprove.logic.terms import Int, evaluate
from cbprove.meaning.system import System
from cbprove.reproduce.body import Runs
from cbprove.reproduce.claims import Claim
from cbprove.reproduce.moving import Moving, in_bytes, moving, spelled
from cbprove.reproduce.spelling import comment, joined, words, wrapped
from cbprove.reproduce.structs import Structs
from cbprove.reproduce.values import recognised
from cbprove.semantics.memory import ObjectKey
from cbprove.semantics.run import Run
from cbprove.system.axes import Axis
from cbprove.system.program import Property, View
from cbprove.verdicts import Witness

_WIDTH = 100
_TAB = 8
CHECK = "#define CHECK(...) _Static_assert(__VA_ARGS__, #__VA_ARGS__)"
SIZE = "#define SIZE(type, bytes) CHECK(sizeof(type) == bytes)"
AT = "#define AT(type, member, byte) CHECK(offsetof(type, member) == byte)"
BITS = """/* Stores the bits of `mask`, and leaves the other bits of the byte. */
static void bits(void *at, int mask, int value)
{
	unsigned char *byte = at;

	*byte = (*byte & ~mask) | (value & mask);
}
"""


def program(
    system: System, witness: Witness, property_name: str, id: str, path: str, kunit: bool = False
) -> str:
    """The C program of a witness; `id` names its case, `path` the spec's file.

    Raises WrongUsage if the run looks at a bool that is neither 0 nor 1: what a compiler makes of
    that C does not define.
    """
    if witness.run is not None and undefined(witness.run):
        help = "store 0 or 1 through the bool, or declare the member as u8"
        raise WrongUsage(
            f"`{id}` looks at a bool whose byte is neither 0 nor 1, which C does not define", help
        )
    prop = next(prop for prop in witness.program.properties if prop.name == property_name)
    if witness.run is not None:
        way = next(each for each in witness.program.paths if each.name == witness.path)
        witness = replace(witness, run=recognised(witness.program, way, prop, witness.run))
    writer = _Writer(system, witness, prop)
    text = "\n".join([*writer.lines(id, path, kunit), ""])
    return text.replace("printf(", "pr_info(") if kunit else text


def undefined(run: Run) -> bool:
    """Return whether a run looks at a bool whose byte is neither 0 nor 1."""
    return any(key[0] == "bool" for key, _ in run.decisions)


class _Writer:
    def __init__(self, system: System, witness: Witness, prop: Property) -> None:
        self.system, self.shown, self.prop = system, witness, prop
        self.structs = Structs(system, witness.candidate)
        self.body = Runs(system, witness, prop, self.structs).body()
        self.tags = self.structs.tags_of_objects()
        self.views = {
            v.name: self.structs.of_view(v.name)
            for v in witness.program.views
            if v.name in self.body.places.views
        }
        self.objects = [name for name in self.tags if name in self._declared()]
        self.declared = {
            name: list(self.structs.of_object(name, self.tags[name])) for name in self.objects
        }
        self.moving = self._moving()
        self.structs.begin()

    def _declared(self) -> set[str]:
        """The objects that variables are made of, or that views lie in."""
        places = self.body.places
        lines = {places.declared[key] for key in places.used}
        return lines | {
            self._object_of(view) for view in self.shown.program.views if view.name in places.views
        }

    def _object_of(self, view: View) -> str:
        first = self.shown.program.objects[0].name
        return first if view.place.object == "." else view.place.object

    def _moving(self) -> Moving:
        """The params that are macros: none of which a member has the name, or which moves what
        is written as plain bytes."""
        used = frozenset(self.views)
        lines = [*self.structs.lines(False), *self.body.lines, *self.body.check.lines]
        lines += [text for texts in self.declared.values() for text in texts]
        spoken = words([line.partition("/*")[0] for line in lines])
        stuck = self.body.places.stuck | {
            v.name for v in self.shown.program.views if v.name in self.views and not self._inside(v)
        }
        return moving(self.system, self.shown.candidate, used, spoken, frozenset(stuck))

    def _inside(self, view: View) -> bool:
        """Whether a view lies inside of its object."""
        size = next(
            each.width for each in self.shown.program.objects if each.name == self._object_of(view)
        )
        assert isinstance(view.place.low, int)
        return (
            view.place.low % 8 == 0
            and 0 <= view.place.low <= view.place.low + view.place.width <= size
        )

    def lines(self, id: str, path: str, kunit: bool) -> Iterator[str]:
        """The program."""
        body, check = self.body, self.body.check
        yield from self._head(id, path, kunit)
        headers = (
            ("kunit/test.h", "linux/string.h", "linux/types.h")
            if kunit
            else ("stddef.h", "stdio.h", "string.h")
        )
        yield from [f"#include <{header}>" for header in headers]
        yield from self._macros()
        views = list(self._views())
        if not kunit:
            yield from self.structs.attributes(any("__aligned" in text for text in views))
        yield from self.structs.lines(kunit)
        yield from (text for lines in self.declared.values() for text in lines)
        yield from [*views, "", *self._asserts(), *self._variables(), ""]
        for helper in check.helpers:
            yield from [*helper.splitlines(), ""]
        if body.partial:
            yield from [*BITS.splitlines(), ""]
        yield from check.pragmas
        yield from self._witness("static int witness(void)" if kunit else "int main(void)")
        yield from self._kunit(id) if kunit else []

    def _head(self, id: str, path: str, kunit: bool) -> Iterator[str]:
        title = f", {comment(self.prop.title)}" if self.prop.title else ""
        yield from wrapped(f"/* {comment(id)}: refuted{title}", "", indent=" *   ")
        for line in self.body.summary:
            yield from wrapped(f" * {comment(line)}", indent=" *   ")
        yield (
            f" * By cbprove reproduce, from {comment(path)}: what that run does to these bytes, "
            f"a line for each store."
        )
        if self.body.check.twice:
            yield (
                " * It runs twice; what should not be read here is inverted the second time, "
                "by `other`."
            )
        flags = "-std=c11 -fwrapv" if self.body.check.wraps else "-std=c11"
        first = (
            "A KUnit test, which fails"
            if kunit
            else f"{self._compiler()} {flags} -Wall -Wextra repro.c && ./a.out exits 1"
        )
        ranges = (f"-D{axis.name}={axis.values[0]}..{axis.values[-1]}" for axis in self.moving.axes)
        text = f"; {', '.join(ranges)}: the same stores elsewhere" if self.moving.axes else ""
        yield from [f" * {first}{text}.", " */"]

    def _compiler(self) -> str:
        """What compiles it where most people sit, or the machine that it is for."""
        abi = ABIS[str(self.shown.candidate["abi"])]
        return abi.compiler or f"with a compiler for {abi.name}: cc"

    def _macros(self) -> Iterator[str]:
        for axis in self.moving.axes:
            yield from [
                f"#ifndef {axis.name}",
                f"#define {axis.name} {self.shown.candidate[axis.name]}",
                "#endif",
            ]

    def _asserts(self) -> Iterator[str]:
        sizes = [
            text
            for name in self.objects
            for text in self.structs.object_asserts(name, self.tags[name])
        ]
        lines = [*self.structs.asserts(), *sizes]
        yield from [CHECK, SIZE, *([AT] if any(text.startswith("AT(") for text in lines) else [])]
        order = "LITTLE" if self.shown.program.little_endian else "BIG"
        yield from joined([*lines, f"CHECK(__BYTE_ORDER__ == __ORDER_{order}_ENDIAN__);"])
        if self.moving.axes:
            parts = [
                f"{a.values[0]} <= {a.name} && {a.name} <= {a.values[-1]}" for a in self.moving.axes
            ]
            required = self.moving.required
            if not isinstance(required, bool):
                parts += [
                    spelled(required) if required.operator != "or" else f"({spelled(required)})"
                ]
            yield from wrapped(f"CHECK({' && '.join(parts)});")
        for view in self.shown.program.views:
            low = self.moving.views.get(view.name, 0)
            if (
                view.name in self.views
                and not isinstance(low, int)
                and not self._always_inside(low, view)
            ):
                tag, size = self.tags[self._object_of(view)], view.place.width // 8
                yield (
                    f"CHECK(0 <= {self._at(view, low)} && {self._at(view, low)} + {size} <= "
                    f"(int)sizeof(struct {tag}));"
                )

    def _at(self, view: View, low: Int) -> str:
        """The first byte of a view in its object, as C."""
        tag = self.tags[self._object_of(view)]
        return (
            f"(int)offsetof(struct {tag}, "
            f"{view.place.area}){in_bytes(low, view.place.bound[0]) or ''}"
        )

    def _views(self) -> Iterator[str]:
        """Each view as a macro, as kernel headers have it: a pointer into an object."""
        spoken = words([*self.body.lines, *self.body.check.lines])
        for view in self.shown.program.views:
            if view.name not in self.views:
                continue
            name, tag = self.body.places.views[view.name], self.tags[self._object_of(view)]
            low: Int = self.moving.views.get(view.name, view.place.low)
            at = in_bytes(low, view.place.bound[0]) or ""
            pointer = self.views[view.name]
            if not self._always_aligned(low, view):
                yield f"typedef {_renamed(pointer, f'{name}_t')} __aligned(1);"
                pointer = f"{name}_t *"
            area = f"(o)->{view.place.area}{at}"
            if not self.structs.is_bytes(self._object_of(view), view.place.area):
                area = f"(char *)(o) + offsetof(struct {tag}, {view.place.area}){at}"
            yield f"#define {name}(o) (({pointer})({area}))"
            if f"{name}_at" in spoken:
                yield f"enum {{ {name}_at = {self._at(view, low)} }};"

    def _always_aligned(self, low: Int, view: View) -> bool:
        """Whether a view lies at a multiple of its alignment whatever the axes are."""
        owner = next(
            each for each in self.shown.program.objects if each.name == self._object_of(view)
        )
        if view.align == 1:
            return True
        return (
            owner.align % view.align == 0 and isinstance(low, int) and low % (8 * view.align) == 0
        )

    def _always_inside(self, low: Int, view: View) -> bool:
        """Whether a view lies inside of its object at both ends of every axis; where it lies is
        a sum of multiples."""
        size = next(
            each.width for each in self.shown.program.objects if each.name == self._object_of(view)
        )
        axes = self.moving.axes
        ends = (
            dict(zip((a.name for a in axes), corner, strict=True))
            for corner in product(*(_ends(a) for a in axes))
        )
        return all(
            0 <= at <= at + view.place.width <= size
            for at in (evaluate(end, low)[0] for end in ends)
        )

    def _variables(self) -> Iterator[str]:
        places = self.body.places
        by_type: dict[str, list[str]] = {}
        spoken = words([*self.body.lines, *self.body.check.lines])
        for key in (key for key in places.used if places.objects[key] in spoken):
            by_type.setdefault(places.declared[key], []).append(places.objects[key])
        for variable, declared in self.body.kept:
            by_type[declared].append(variable)
        if self.body.check.twice:
            by_type[places.declared[self._compared()]].append("first")
        for declared, variables in by_type.items():
            yield from wrapped(f"static struct {self.tags[declared]} {', '.join(variables)};")

    def _compared(self) -> ObjectKey:
        """The object that the two runs are compared by."""
        assert self.shown.run is not None
        claim = Claim(self.shown.program, self.shown.run, self.prop)
        return claim.broken.places[0].object

    def _witness(self, head: str) -> Iterator[str]:
        body, check = self.body, self.body.check
        lines = [text for line in body.lines for text in _broken_up(line)]
        start = [*(f"\t{text}" for text in check.start), *([""] if check.start else [])]
        if check.twice:
            yield from ["static void run(int other)", "{", *lines, "}", ""]
            compared = body.places.objects[self._compared()]
            lines = ["\trun(0);", f"\tmemcpy(&first, &{compared}, sizeof(first));", "\trun(-1);"]
        end = [
            text
            for line in check.lines
            for text in (wrapped(line, "\t", width=104) if line else [""])
        ]
        yield from [head, "{", *start, *lines, *end, "}"]

    def _kunit(self, id: str) -> list[str]:
        name = id.replace("/", "_").replace(".", "_")
        case = [
            "static void test(struct kunit *test)",
            "{",
            "\tKUNIT_EXPECT_EQ(test, witness(), 0);",
            "}",
            "",
        ]
        cases = ["static struct kunit_case cases[] = { KUNIT_CASE(test), {} };"]
        suite = [f'static struct kunit_suite suite = {{ .name = "{name}", .test_cases = cases }};']
        return ["", *case, *cases, *suite, "kunit_test_suite(suite);", 'MODULE_LICENSE("GPL");']


def _renamed(pointer: str, name: str) -> str:
    """What a pointer points at, as the declaration of a name."""
    return (
        pointer.replace("(*)", name) if "(*)" in pointer else f"{pointer.removesuffix('*')}{name}"
    )


def _ends(axis: Axis) -> tuple[int, int]:
    values = axis.values
    assert isinstance(values, range)
    return values[0], values[-1]


def _broken_up(line: str) -> list[str]:
    """A line of a function; a comment behind a long one goes before it."""
    code, tab, behind = line.partition("\t")
    if _TAB + len(code) + (_TAB if tab else 0) + len(behind) <= _WIDTH:
        return [f"\t{line}"]
    return [*([f"\t{behind}"] if behind else []), *wrapped(code, "\t")]
