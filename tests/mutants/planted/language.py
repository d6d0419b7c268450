"""Faults between what was written and what it means."""

from __future__ import annotations

from tests.mutants.planting import CHOICES, EXPRESSIONS, MEMO, MISTAKES, PINS, PLACES, PROGRAMS, planted

FAULTS = (
    *planted(
        "language/build_pins.py",
        PINS,
        (
            "places of nested pinned members count from the outermost struct, not from their own",
            "        return replace(item, type=self.type(item.type, first, item.attributes.pins), at=first - base)",
            "        return replace(item, type=self.type(item.type, first, item.attributes.pins), at=first)",
        ),
    ),
    *planted(
        "language/elaborate_leaves.py",
        CHOICES,
        (
            "a bit-field of a bool has the bits of a byte",
            "    width = spot.width if spot.bit_field else facts.bits",
            "    width = facts.bits",
        ),
    ),
    *planted(
        "language/elaborate_leaves.py",
        PLACES,
        (
            "storing each member leaves unspecified what lies between them",
            "    known = sorted([*outside, *((leaf",
            "    known = sorted([*((leaf",
        ),
        (
            "all elements of an array are the same bits",
            "    at = spot.at + (index * stride if isinstance(index, int) else 0)",
            "    at = spot.at",
        ),
        (
            "an array from an element on ends as much behind its end",
            "    left = (array.count or 0) - index",
            "    left = array.count or 0",
        ),
        (
            "a struct with a tag inside another counts its bits from the outer one",
            "holder=own, at=0, shifts=()",
            "holder=own, shifts=()",
        ),
        (
            "the halves of a struct_group are different members",
            '            return b if a.fields == b.fields and a.kind == b.kind == "struct" else None',
            "            return None",
        ),
        (
            "members of a struct inside a packed one ask for their own alignment",
            "        align = min(found.align, cap) if cap else found.align",
            "        align = found.align",
        ),
        ("an input counts elements of one byte", "    moved = (name, inner.width)", "    moved = (name, 8)"),
    ),
    *planted(
        "language/elaborate_places.py",
        CHOICES,
        (
            "a view lies where the last condition that holds says",
            "-> Area | None:\n    for location in node.locations:",
            "-> Area | None:\n    for location in reversed(node.locations):",
        ),
    ),
    *planted(
        "language/elaborate_places.py",
        PLACES,
        (
            "raw places may reach to the object's first bit",
            "    bound = (begin, begin + inner.width)",
            "    bound = (0, begin + inner.width)",
        ),
        (
            "offsets of raw places count from the object",
            "0 if free else settled(offset) - begin)",
            "0 if free else settled(offset))",
        ),
    ),
    *planted(
        "language/elaborate_places.py",
        MISTAKES,
        (
            "an array has one element more",
            "not (0 <= index < (array.count if array.count is not None else index + 1))",
            "not (0 <= index <= (array.count if array.count is not None else index + 1))",
        ),
    ),
    *planted(
        "language/expressions.py",
        EXPRESSIONS,
        (
            "of equally wide types the signed one wins",
            "    return right if left.signed and not right.signed else left",
            "    return left if left.signed and not right.signed else right",
        ),
        (
            "an unsigned int is promoted to int",
            "    if type.boolean or type.bits < 32:",
            "    if type.boolean or type.bits <= 32:",
        ),
        (
            "constants of a signed type stay positive",
            "if type.signed and value >> (type.bits - 1) else value",
            "if type.signed and value >> type.bits else value",
        ),
        (
            "decimal constants turn unsigned",
            '    either = written.startswith("0") and not unsigned',
            "    either = not unsigned",
        ),
        (
            "sizeof has 64 bits on every ABI",
            '    return IntType("unsigned long", 8 * abi.pointer_size, False)',
            '    return IntType("unsigned long", 64, False)',
        ),
        (
            "a shift has the type of its count",
            "    return _folded(node.operator, left, right, left.type)",
            "    return _folded(node.operator, left, right, right.type)",
        ),
        (
            "comparisons have the type of their sides",
            "    type = INT if node.operator in _COMPARISONS else left.type",
            "    type = left.type",
        ),
    ),
    *planted(
        "language/elaborate_static.py",
        CHOICES,
        (
            "greater means greater or equal, statically",
            '    ">": lambda a, b: terms.lt(b, a),',
            '    ">": lambda a, b: terms.le(b, a),',
        ),
    ),
    *planted(
        "language/elaborate_static.py",
        EXPRESSIONS,
        ("static quotients are positive", " * (1 if (left < 0) == (right < 0) else -1)", ""),
        (
            "an axis is equal to what it is not",
            '        return equal if node.operator == "==" else not equal',
            "        return equal",
        ),
    ),
    *planted(
        "language/elaborate_static.py",
        MISTAKES,
        ("an integer is shifted by its own width", "    if not 0 <= count < bits:", "    if not 0 <= count <= bits:"),
    ),
    *planted(
        "language/elaborate_types.py",
        CHOICES,
        ("enumerators count from the first one", "one.value) + after\n", "one.value) + index\n"),
    ),
    *planted(
        "language/elaborate_types.py",
        CHOICES,
        (
            "the last of several alignments counts",
            "    return max(values) if values else None",
            "    return values[-1] if values else None",
        ),
    ),
    *planted(
        "language/elaborate_types.py",
        PLACES,
        (
            "what #if leaves out is there",
            "            yield from _chosen(cx, member.then if cx.decided(member.condition) else member.otherwise)",
            "            yield from _chosen(cx, member.then)",
        ),
    ),
    *planted(
        "language/elaborate_statements.py",
        PROGRAMS,
        (
            "`when` has no else",
            "node.then if chosen else node.otherwise, around)",
            "node.then if chosen else (), around)",
        ),
        ("`each` may take no turn", "_turns(cx, node.bounds, 1)", "_turns(cx, node.bounds, 0)"),
    ),
    *planted(
        "language/elaborate_statements.py",
        EXPRESSIONS,
        (
            "values are stored as they are, not as their member has them",
            "converted(exact, target.type), exact, None",
            "exact, exact, None",
        ),
    ),
    *planted(
        "language/elaborate_statements.py",
        MISTAKES,
        (
            "a copy may be of another size than its target",
            "    if length is None and origin.width != target.width:",
            "    if length is None and origin.width < target.width:",
        ),
        (
            "a length may begin in the middle of a byte",
            "        if isinstance(found.low, int) and found.low % 8:",
            "        if isinstance(found.low, int) and found.low % 8 > 8:",
        ),
    ),
    *planted(
        "language/elaborate_layers.py",
        MISTAKES,
        (
            "a clear is no store that a layer must declare",
            'if touch.kind != "copy from":',
            'if touch.kind not in ("copy from", "clear"):',
        ),
    ),
    *planted(
        "language/elaborate_layers.py",
        PROGRAMS,
        (
            "a step without a body reads nothing",
            "    if reads:\n        body.append(system.Read",
            "    if not reads:\n        body.append(system.Read",
        ),
    ),
    *planted(
        "language/elaborate_properties.py",
        CHOICES,
        (
            "the steps of a layer are those of all layers",
            " for s in cx.names.all_steps() if s.layer.name.text == name.text]",
            " for s in cx.names.all_steps()]",
        ),
    ),
    *planted(
        "language/elaborate_memo.py",
        MEMO,
        (
            "what a remembered result looked at is forgotten",
            "            node = node.children.get(self.axis(node.axis))",
            "            node = node.children.get(self._assignment[node.axis])",
        ),
        (
            "a result hangs on none of the axes that its parts looked at",
            "            self._frames[-1].reads.setdefault(name, seen)\n        return outcome",
            "            pass\n        return outcome",
        ),
    ),
    *planted(
        "language/resolve_axes.py",
        PROGRAMS,
        (
            "a proposal leaves out the last value of a range",
            "    return range(low, high + 1)\n\n\ndef names_in",
            "    return range(low, high)\n\n\ndef names_in",
        ),
    ),
    *planted(
        "language/resolve_check.py",
        PROGRAMS,
        (
            "mistakes of excluded candidates count",
            "        if new and possible(system, made.required, assignment):",
            "        if new:",
        ),
    ),
    *planted(
        "language/elaborate.py",
        MISTAKES,
        ("an input may be greater than its type holds", "    if low < least or high > most:", "    if low < least:"),
    ),
)
