"""Every name that a spec declares, by namespace, and what may not be declared so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from cbprove.diagnostics import Diagnostic, Note, Span
from cbprove.frozen import by_identity, field, frozen
from cbprove.meaning.memo import Mistake, mistake
from cbprove.syntax import ctree, questions
from cbprove.syntax import tree as syntax
from cbprove.system.axes import Axis


@frozen
class Enumeration:
    """A constant that an enum declares: the enumerator at `index`."""

    body: ctree.EnumBody
    index: int


@frozen
class ViewOf:
    """A view and the layer that declares it."""

    view: syntax.View
    layer: syntax.Layer


@frozen
class StepOf:
    """A step, the layer that declares it and its unique name: `layer.step` where two layers have
    one of that name."""

    step: syntax.Step
    layer: syntax.Layer
    name: str


Tagged = ctree.RecordBody | ctree.EnumBody | syntax.Packing


@by_identity
class Names:
    """The namespaces, each in order of declaration. `shared` says what an object's, view's,
    input's, axis's or constant's name stands for, and where it was declared. `macros` are
    enumerators that are macros too: `#define A A`. `steps` of one name are told apart by their
    layers: several in one are a mistake."""

    tags: dict[str, Tagged] = field(default_factory=dict)
    typedefs: dict[str, syntax.Typedef] = field(default_factory=dict)
    objects: dict[str, syntax.Object] = field(default_factory=dict)
    constants: dict[str, syntax.Define | Enumeration] = field(default_factory=dict)
    views: dict[str, ViewOf] = field(default_factory=dict)
    inputs: dict[str, syntax.Input] = field(default_factory=dict)
    axis_declarations: dict[str, syntax.AbiAxis | syntax.Packing | syntax.Param] = field(
        default_factory=dict
    )
    axes: dict[str, Axis] = field(default_factory=dict)
    layers: dict[str, syntax.Layer] = field(default_factory=dict)
    steps: dict[str, dict[str, list[StepOf]]] = field(default_factory=dict)
    parts: dict[str, syntax.Path] = field(default_factory=dict)
    properties: dict[str, questions.Property] = field(default_factory=dict)
    proposals: dict[str, questions.Proposal] = field(default_factory=dict)
    asks: dict[str, questions.Ask] = field(default_factory=dict)
    requires: list[syntax.Require] = field(default_factory=list)
    shared: dict[str, tuple[str, Span]] = field(default_factory=dict)
    macros: dict[str, ctree.Name] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    _declared: dict[tuple[str, str], Span] = field(default_factory=dict)

    def all_steps(self) -> Iterator[StepOf]:
        """Every step, in order of declaration inside its layer."""
        for layer in self.layers.values():
            yield from self.steps_of(layer)

    def steps_of(self, layer: syntax.Layer) -> Iterator[StepOf]:
        """The steps of a layer, in order of declaration."""
        for step in layer.steps:
            same_name = self.steps[step.name.text][layer.name.text]
            yield from (s for s in same_name if s.step is step)

    def step(self, name: ctree.Name, listing: str = "step") -> StepOf:
        """The step of this name, `layer.step` allowed."""
        layer, _, plain = name.text.rpartition(".")
        by_layer = self.steps.get(plain, {})
        steps = by_layer.get(layer, []) if layer else list(chain(*by_layer.values()))
        if len(steps) == 1:
            return steps[0]
        if steps:
            raise ambiguous(name, steps)
        raise unknown("CB0104", listing, name, [*self.steps, *(s.name for s in self.all_steps())])

    def first_object(self) -> str:
        """The name of what paths run on, which `resolve_object` puts first; empty if the spec
        declares no object."""
        return next(iter(self.objects), "")

    def alias(self, name: ctree.Name) -> ctree.Name | None:
        """What `#define rcu_head callback_head` makes of the name of a type; None where there is
        no such macro."""
        visited = {name.text}
        target: ctree.Name | None = None
        while isinstance(define := self.constants.get(name.text), syntax.Define):
            value = define.value
            if not isinstance(value, ctree.Place) or value.suffixes or value.base.text in visited:
                return None
            target = name = value.base
            visited.add(name.text)
        return target

    def ranged(self, node: object) -> bool:
        """Whether an expression names a ranged axis, through constants too."""
        return any(self._is_ranged(name, set()) for name in _names_in(node))

    def _is_ranged(self, name: str, visited: set[str]) -> bool:
        if name in visited:
            return False
        visited.add(name)
        if name in self.axes:
            return isinstance(self.axes[name].values, range)
        constant = self.constants.get(name)
        if isinstance(constant, Enumeration):
            return any(
                self._is_ranged(n, visited)
                for e in constant.body.enumerators
                for n in _names_in(e.value)
            )
        return constant is not None and any(
            self._is_ranged(n, visited) for n in _names_in(constant.value)
        )

    def declare(self, space: str, name: ctree.Name, kind: str) -> bool:
        """Enter a name into a namespace; False, and a diagnostic, if it is there already."""
        first = self._declared.setdefault((space, name.text), name.span)
        if first is name.span:
            return True
        self.diagnostics.append(twice(name, kind, first))
        return False


def _names_in(node: object) -> Iterator[str]:
    """The names that an expression begins places with."""
    match node:
        case ctree.Place(base):
            yield base.text
        case ctree.Unary(_, operand):
            yield from _names_in(operand)
        case ctree.Binary(_, left, right):
            yield from _names_in(left)
            yield from _names_in(right)
        case ctree.Conditional(condition, then, otherwise):
            for part in (condition, then, otherwise):
                yield from _names_in(part)
        case _:
            return


def hint(name: str, names: Iterable[str]) -> str:
    """The help for a name that is not known: the nearest one that is."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(names), 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else ""


def listed(names: Iterable[str]) -> str:
    """Names in words: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def unknown(
    code: str, kind: str, name: ctree.Name, names: Iterable[str], help: str = ""
) -> Mistake:
    """The mistake of a name that nothing is called by."""
    return mistake(
        code, f"there is no {kind} `{name.text}`", name.span, hint(name.text, names) or help
    )


def ambiguous(name: ctree.Name, steps: list[StepOf]) -> Mistake:
    spelled = " or ".join(f"`{s.layer.name.text}.{s.step.name.text}`" for s in steps)
    return mistake(
        "CB0112", f"`{name.text}` is a step of {len(steps)} layers", name.span, f"write {spelled}"
    )


def twice(name: ctree.Name, kind: str, first: Span) -> Diagnostic:
    """The mistake of a name that is declared again."""
    notes = (Note("first declared here", first),)
    return Diagnostic(
        "CB0110", f"the {kind} `{name.text}` is declared a second time", name.span, notes=notes
    )
