"""What functions newly do, done by the steps of a spec that stand for them; and what no step
says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from cbprove.audit.compare import lacking
from cbprove.audit.reasons import parts
from cbprove.audit.steps import Area, area, reached
from cbprove.diagnostics import Source
from cbprove.frozen import frozen, replace
from cbprove.patching.functions import Functions, Other
from cbprove.report.answer import Accessed
from cbprove.source.accesses import Access
from cbprove.syntax import ctree
from cbprove.syntax import tree as syntax
from cbprove.syntax.parse import parse
from cbprove.system.program import Program, Step

_SOURCE = "the stores of the patch"
_VERBS = {
    "write": "stores",
    "clear": "clears",
    "copy to": "stores",
    "read": "reads",
    "copy from": "reads",
}


@frozen
class Stored:
    """A spec whose steps do what functions newly do, what is said of it, and the functions that
    some step stands for."""

    tree: syntax.Tree
    said: tuple[Accessed, ...]
    known: frozenset[str]


def _steps(program: Program, functions_read: Functions) -> list[tuple[Step, Other]]:
    """The steps that run, each with the functions that it stands for and that are otherwise."""
    return [
        (step, other)
        for step in reached(program)
        for other in functions_read.others
        if _stands(step, other)
    ]


def stored(
    tree: syntax.Tree,
    program: Program,
    functions_read: Functions,
    member: str,
    makes_sense: Callable[[syntax.Tree], bool],
) -> Stored:
    """The spec with one more statement at the end of a step for each access that it lacks: a run
    may do it, or may not.

    A statement that makes no sense there, as on a member that the model does not know, is left out
    and said not to be judged.
    """
    within = area(program, member)
    if within is None:
        return Stored(tree, (), frozenset())
    members = parts(program, within)
    steps = _steps(program, functions_read)
    bodiless = _bodiless(tree)
    lacked = [
        (
            step,
            other,
            access,
            "" if step.name in bodiless else _statement(tree, program, within, access),
        )
        for step, other in steps
        for access in other.new
        if lacking(step, within, other.read, access, members) is not None
    ]
    statements_wanted = dict.fromkeys((step.name, text) for step, _, _, text in lacked if text)
    tree_made = _with(tree, statements_wanted)
    if statements_wanted and not makes_sense(tree_made):
        statements_wanted = dict.fromkeys(
            each for each in statements_wanted if makes_sense(_with(tree, [each]))
        )
        tree_made = _with(tree, statements_wanted)
    accesses_said = [
        _lacks(step, other, access, (step.name, text) in statements_wanted)
        for step, other, access, text in lacked
    ]
    accesses_said += [_keeps(step, other, access) for step, other in steps for access in other.gone]
    return Stored(tree_made, tuple(accesses_said), frozenset(other.read.name for _, other in steps))


def unmodelled(functions_read: Functions, functions_known: frozenset[str]) -> Iterator[Accessed]:
    """What functions newly do that no step of any spec stands for."""
    for other in functions_read.others:
        for access in other.new if other.read.name not in functions_known else ():
            message = f"{_does(other, access)}: no step stands for it"
            yield Accessed(
                other.read.name,
                other.read.file,
                access.line,
                "",
                message,
                judged=False,
                stores=access.stores,
            )


def _stands(step: Step, other: Other) -> bool:
    return other.read.name in (*step.witness.functions, *step.witness.callees)


def _does(other: Other, access: Access, verb: str = "") -> str:
    via = f" in {access.via[-1]}()" if access.via else ""
    if access.kind == "escape":
        return f"{other.read.name}() hands {access.place} to {access.to}(){via}"
    return f"{other.read.name}() {verb or _VERBS[access.kind]} {access.place}{via}"


def _lacks(step: Step, other: Other, access: Access, judged: bool) -> Accessed:
    how = "judged with it" if judged else "not judged"
    message = f"{_does(other, access)}, step `{step.name}` does not: {how}"
    return Accessed(
        function=other.read.name,
        file=other.read.file,
        line=access.line,
        step=step.name,
        message=message,
        judged=judged,
        stores=access.stores,
    )


def _keeps(step: Step, other: Other, access: Access) -> Accessed:
    verb = "stores" if access.stores else "hands on" if access.kind == "escape" else "reads"
    message = (
        f"{other.read.name}() no longer {verb} {access.place}, for which step `{step.name}` stands"
    )
    return Accessed(
        other.read.name,
        other.read.file,
        other.read.line,
        step.name,
        message,
        judged=False,
        stores=False,
    )


# --- statements -----------------------------------------------------------------------------------


def _statement(tree: syntax.Tree, program: Program, within: Area, access: Access) -> str:
    """An access as a statement on a view of the spec, empty where none lies there."""
    place = access.place
    types = _types(tree)
    for view in program.views:
        offset = view.place.low - within.low if isinstance(view.place.low, int) else None
        if (
            offset == place.at
            and place.view in types.get(view.name, ())
            and access.kind != "escape"
        ):
            name = f"{view.name}.{place.path}" if place.path else view.name
            return f"{'clear' if access.kind == 'clear' else 'write' if access.stores else 'read'} {name};"
    return ""


def _types(tree: syntax.Tree) -> Mapping[str, tuple[str, ...]]:
    """The structs that each view may be of, without what tells those of modules apart."""
    by_view: dict[str, tuple[str, ...]] = {}
    for layer in tree.declarations:
        for view in layer.views if isinstance(layer, syntax.Layer) else ():
            if isinstance(view.type, ctree.TaggedType):
                by_view[view.name.text] = (
                    view.type.tag.text,
                    view.type.tag.text.partition("___")[0],
                )
    return by_view


def _bodiless(tree: syntax.Tree) -> set[str]:
    """The steps that do what their layers declare, by either of their names."""
    layers = (each for each in tree.declarations if isinstance(each, syntax.Layer))
    steps = (
        (layer.name.text, step.name.text)
        for layer in layers
        for step in layer.steps
        if step.body is None
    )
    return {name for layer, step in steps for name in (step, f"{layer}.{step}")}


def _with(tree: syntax.Tree, statements_wanted: Iterable[tuple[str, str]]) -> syntax.Tree:
    """The tree with statements at the ends of steps."""
    by_step: dict[str, list[str]] = {}
    for step, text in statements_wanted:
        by_step.setdefault(step, []).append(text)
    if not by_step:
        return tree
    texts = (" ".join(f"optionally {{ {text} }}" for text in each) for each in by_step.values())
    source = Source(_SOURCE, "".join(f"layer l {{ step s {{ {text} }} }}\n" for text in texts))
    blocks = dict(zip(by_step, (_block(each) for each in parse(source)), strict=True))
    declarations = tuple(
        _layer(each, blocks) if isinstance(each, syntax.Layer) else each
        for each in tree.declarations
    )
    return syntax.Tree(declarations, (*tree.sources, source))


def _block(node: syntax.Declaration) -> syntax.Block:
    assert isinstance(node, syntax.Layer)
    return node.steps[0].body or ()


def _layer(layer: syntax.Layer, blocks: Mapping[str, syntax.Block]) -> syntax.Layer:
    steps = tuple(_step(layer, each, blocks) for each in layer.steps)
    return layer if steps == layer.steps else replace(layer, steps=steps)


def _step(
    layer: syntax.Layer, step: syntax.Step, blocks: Mapping[str, syntax.Block]
) -> syntax.Step:
    name = step.name.text
    added = blocks.get(f"{layer.name.text}.{name}", blocks.get(name, ()))
    return replace(step, body=(*step.body, *added)) if added and step.body is not None else step
