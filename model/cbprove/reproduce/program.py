"""The whole program: what mirrors the spec first, what is claimed, and the machinery last."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cbprove.language import syntax
from cbprove.language.elaborate_context import Context
from cbprove.reproduce import claims, objects, reached
from cbprove.reproduce.candidate import candidate, head, preamble
from cbprove.reproduce.clashes import refuse_clashes
from cbprove.reproduce.inputs import edges, inputs
from cbprove.reproduce.oddities import pragmas
from cbprove.reproduce.rows import indented
from cbprove.reproduce.runtime import Cut, Piece, fragment, pieces, printed, words
from cbprove.reproduce.script import Shown, printed_script
from cbprove.reproduce.spelling import identifier, quoted, shortened
from cbprove.reproduce.statements import Statements
from cbprove.reproduce.static import Static
from cbprove.reproduce.types import Types
from cbprove.reproduce.values import Values
from cbprove.reproduce.views import Views
from cbprove.system import System

_FITS = syntax.Fits(())
_STEPS = "/* --- steps, parts and paths: the numbers are lines of the spec ---- */"
_OBJECTS = "/* --- the objects that paths work on, and the views over them ---- */"
_PRELUDE = "/* --- what statements are: line, object, and a view or a member of it; how they work is at the end ---- */"
_CLAIMED = "/* --- what is claimed, and the run to begin with ---- */"
_MACHINERY = """/* ==================================================================================================
 * Below is the machinery, which is the same for every spec: memory that knows who stored each bit, and the search.
 * ================================================================================================ */"""


def program(system: System, shown: Shown, path: str, kunit: bool = False) -> str:
    """The C program of a property, for all candidates; raises SpecError for what C cannot say."""
    cx = system.handle
    assert isinstance(cx, Context)
    cx.memo.begin(shown.candidate)
    refuse_clashes(cx.names)
    text = "\n".join([*_Writer(cx, system, shown).lines(path, kunit), ""])
    return text if kunit else shortened(text)


class _Writer:
    def __init__(self, cx: Context, system: System, shown: Shown) -> None:
        self.cx, self.system, self.shown, self.names = cx, system, shown, cx.names
        self.types = Types(cx)
        self.static = self.types.static = Static(cx, self.types)
        self.views = Views(self.static)
        self.values = Values(self.views)
        self.node = cx.names.properties.get(shown.property)
        self.claim: syntax.Claim = self.node.claim if self.node else _FITS
        self.where = self.node.where if self.node else ()
        self.statements = Statements(self.values, isinstance(self.claim, syntax.Exact))

    # --- the parts, in the order of a program ------------------------------------------------------------------

    def lines(self, path: str, kunit: bool) -> Iterator[str]:
        asked = claims.asked(self.statements, self.claim, self.where)
        paths = reached.paths(self.names, self.claim, self.where) if asked.runs else []
        steps = list(self._functions(paths))
        requires = list(objects.requires(self.static))
        main = self._main(asked, [node.name.text for node in paths], kunit)
        drawn = list(pieces(inputs(self.values)))
        claimed = [*pieces(asked.before), *self._tables(asked)]
        declared = self._objects([*requires, *main, *asked.before, *(text for piece in steps for text in piece.lines)])
        laid = list(pieces(objects.places(self.views)))
        structs = list(objects.structs(self.static, self.shown, kunit))
        cut = Cut(
            fragment("steps", self.names.axes),
            (laid, drawn, steps, claimed),
            self._machinery(asked, list(declared)),
            main,
        )
        title = self.node.title if self.node else ""
        yield from [*head(self.system, self.shown, title, path, kunit, self._wraps()), ""]
        yield from [*preamble(kunit, asked.runs, cut.maybe()), *self._pragmas(), ""]
        yield from candidate(self.system, self.shown)
        yield from ["/* --- structs, as in the spec ---- */", "", *objects.ASSERTS, "", *structs]
        yield from [_PRELUDE, "", *printed(cut.prelude), *cut.prototypes(), ""]
        yield from [_OBJECTS, "", *objects.objects(self.static, self.views, declared, self.shown), *requires, ""]
        laid, drawn, steps, claimed = cut.front
        yield from [*printed(laid), *printed(drawn)]
        if steps:
            yield from [_STEPS, "", *printed(steps)]
        yield from [_CLAIMED, "", *printed(claimed), *_MACHINERY.splitlines(), ""]
        yield from [*printed(cut.machinery), *main]

    def _objects(self, spoken: list[str]) -> dict[str, list[str]]:
        """The objects that a program speaks of, as structs."""
        first, known = self.names.first_object(), words([*spoken, *self.views.members.values()])
        return {
            name: objects.members(self.static, name) for name in objects.used(list(self.names.objects), first, known)
        }

    def _wraps(self) -> bool:
        """Whether a signed expression may go beyond its type, which the kernel's own flags define."""
        return "wraps" in self.values.operators

    def _pragmas(self) -> list[str]:
        lines = pragmas(self.values.operators)
        return ["/* Expressions are the spec's: what compilers find odd in them is not. */", *lines] if lines else []

    def _functions(self, paths: list[syntax.Path]) -> Iterator[Piece]:
        """Steps, then parts, each before who calls it, then paths."""
        called = [self.statements.part(node) for node in paths]
        parts: dict[str, list[str]] = {}
        while set(self.statements.parts) - set(parts):
            for name in [name for name in self.statements.parts if name not in parts]:
                parts[name] = self.statements.part(self.statements.parts[name])
        order = [found.name for found in self.names.all_steps()]
        steps = sorted(self.statements.steps.values(), key=lambda found: order.index(found.name))
        for lines in (*(self.statements.step(found) for found in steps), *_callees_first(parts), *called):
            yield from pieces(lines)

    def _tables(self, asked: claims.Asked) -> Iterator[Piece]:
        members = len(self.claim.members) if isinstance(self.claim, syntax.Preserved) else 0
        lines = [f"#define CB_KEPT ({members} * CB_BITS)", f"#define CB_PROPERTY {quoted(self.shown.property)}"]
        if asked.runs:
            lines += [f"static const long long cb_edge[] = {{ {', '.join(edges(self.values, self.claim))} }};"]
            lines += ["enum { CB_EDGES = sizeof cb_edge / sizeof cb_edge[0] };", *printed_script(self.shown.script)]
        yield from pieces(lines)

    # --- machinery ------------------------------------------------------------------------------------------

    def _machinery(self, asked: claims.Asked, declared: list[str]) -> list[Piece]:
        def runtime(*names: str) -> list[Piece]:
            return [piece for name in names for piece in fragment(name, self.names.axes)]

        before = runtime("places")
        rows = [piece for lines in self.views.rows.lays.values() for piece in pieces(lines)]
        listed = [text for lines in self.views.listed.values() for text in lines]
        rows += pieces(["static void cb_list_members(void)", "{", *indented(listed), "}"])
        if not asked.runs:
            bare = pieces(self._declared(declared, "&cb_name[{}]"))
            return [*before, *rows, *runtime(*asked.judges), *bare]
        judge = runtime(*asked.judges)
        bools = "bools" if self.views.rows.bools else "no_bools"
        given = {name for piece in judge for name in piece.names}
        hooks = [piece for piece in runtime("hooks") if piece.names[0] not in given]
        made = pieces(self._declared(declared, "cb_make(0, 0)"))
        memory = runtime("memory", bools, "search", "report")
        return [*before, *rows, *memory, *judge, *hooks, *runtime("statements"), *made, *runtime("main")]

    def _declared(self, declared: list[str], made: str) -> list[str]:
        """The objects of a run, the first one at 0."""
        others = [name for name in declared if name != self.names.first_object()]
        lines = [f"\t{made.format(0)};"] if "make" in made else []
        lines += [f"\t{identifier(name)} = {made.format(number)};" for number, name in enumerate(others, 1)]
        return ["static void cb_declared(void)", "{", *lines, "}"]

    def _main(self, asked: claims.Asked, paths: list[str], kunit: bool) -> list[str]:
        skb = identifier(self.names.first_object())
        condition = self.node.condition if self.node else None
        lines = ["static int cb_all(void)", "{"]
        if any("cb_v " in check for check in asked.checks):
            lines.append("\tstruct cb_view *cb_v;")
        if any(skb in words([check]) for check in asked.checks):
            lines.append(f"\tstruct cb_name *{skb} = &cb_name[0];")
        if condition is not None:
            said = '{ CB_PRINT("%s makes no claim of this candidate\\n", CB_PROPERTY); return 5; }'
            lines.append(f"\tif (!({self.static.text(condition)})) {said}")
        lines += ["\tcb_lay_views();", "\tcb_list_members();"]
        lines += [] if asked.runs else ["\tcb_declared();"]
        lines += [f"\t{check}" for check in asked.checks]
        script = self.shown.script
        if asked.runs and script is not None and script.path in paths:
            lines.append(f"\tif (CB_SHOWN && !cb_broken) cb_follow_script({quoted(script.path)}, path_{script.path});")
        lines += [f"\tcb_search({quoted(name)}, path_{name});" for name in paths]
        return [
            *lines,
            *_verdict(asked.runs),
            "}",
            "",
            *(self._kunit() if kunit else ["int main(void) { return cb_all(); }"]),
        ]

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


def _verdict(runs: bool) -> list[str]:
    small = '\tif (cb_broken < 0) { CB_PRINT("the program is too small for this spec\\n"); return 70; }'
    if runs:
        return [small, "\treturn cb_broken ? 1 : cb_summary();"]
    return [small, '\tif (!cb_broken) CB_PRINT("%s: as it should be\\n", CB_PROPERTY);', "\treturn cb_broken;"]


def _callees_first(parts: dict[str, list[str]]) -> Iterator[list[str]]:
    """Parts do not call themselves."""
    done: set[str] = set()

    def before(name: str) -> Iterator[list[str]]:
        if name not in done:
            done.add(name)
            for word in re.findall(r"\bpart_(\w+)", "\n".join(parts[name][1:])):
                yield from before(word) if word in parts else ()
            yield parts[name]

    for name in parts:
        yield from before(name)
