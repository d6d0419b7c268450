"""Faults between what was written and what it means."""

from __future__ import annotations

from tests.mutants.planting import (
    CHOICES,
    EXCLUDED,
    EXPRESSIONS,
    MEMO,
    MISTAKES,
    PASTED,
    PINS,
    PLACES,
    PROGRAMS,
    planted,
)

FAULTS = (
    *planted(
        "syntax",
        PINS,
        (
            "places of nested pinned members count from the outermost struct, not from their own",
            "_Block.member",
            "return replace(item, type=_1, at=first - base)",
            "return replace(item, type=_1, at=first)",
        ),
    ),
    *planted(
        "meaning",
        EXCLUDED,
        (
            "a property with a mistake is none at candidates that are excluded",
            "_claimed",
            "made is None",
            "False",
        ),
    ),
    *planted(
        "meaning",
        CHOICES,
        (
            "a bit-field of a bool has the bits of a byte",
            "_leaf",
            "spot.width if spot.bit_field else facts.bits",
            "facts.bits",
        ),
    ),
    *planted(
        "meaning",
        PLACES,
        (
            "storing each member leaves unspecified what lies between them",
            "nested_padding",
            "[*outside, *((leaf.offset, leaf.width) for leaf in covered)]",
            "[*((leaf.offset, leaf.width) for leaf in covered)]",
        ),
        (
            "all elements of an array are the same bits",
            "element",
            "spot.at + (index * stride if isinstance(index, int) else 0)",
            "spot.at",
        ),
        (
            "an array from an element on ends as much behind its end",
            "rest",
            "(array.count or 0) - index",
            "array.count or 0",
        ),
    ),
    *planted(
        "meaning/leaves.py",
        PLACES,
        (
            "a struct with a tag inside another counts its bits from the outer one",
            "_tagged",
            "replace(spot, identity=owner, holder=owner, at=0, shifts=())",
            "replace(spot, identity=owner, holder=owner, shifts=())",
        ),
    ),
    *planted(
        "meaning",
        PLACES,
        (
            "the halves of a struct_group are different members",
            "_group",
            "b if a.fields == b.fields and a.kind == b.kind == 'struct' else None",
            "None",
        ),
        (
            "members of a struct inside a packed one ask for their own alignment",
            "asked_alignments",
            "min(laid_out.align, cap) if cap else laid_out.align",
            "laid_out.align",
        ),
        ("an input counts elements of one byte", "varying", "(name, inner.width)", "(name, 8)"),
    ),
    *planted(
        "meaning",
        CHOICES,
        (
            "a view lies where the last condition that holds says",
            "_location",
            "node.locations",
            "reversed(node.locations)",
        ),
    ),
    *planted(
        "meaning",
        PLACES,
        (
            "raw places may reach to the object's first bit",
            "_area",
            "(begin, begin + inner.width)",
            "(0, begin + inner.width)",
        ),
        (
            "offsets of raw places count from the object",
            "_area",
            "settled(offset) - begin",
            "settled(offset)",
        ),
    ),
    *planted(
        "meaning",
        MISTAKES,
        (
            "an array has one element more",
            "_element",
            "0 <= index < (array.count if array.count is not None else index + 1)",
            "0 <= index <= (array.count if array.count is not None else index + 1)",
        ),
    ),
    *planted(
        "meaning",
        EXPRESSIONS,
        (
            "of equally wide types the signed one wins",
            "common",
            "right if left.signed and (not right.signed) else left",
            "left if left.signed and (not right.signed) else right",
        ),
        ("an unsigned int is promoted to int", "_promoted", "type.bits < 32", "type.bits <= 32"),
        (
            "constants of a signed type stay positive",
            "wrapped",
            "value >> type.bits - 1",
            "value >> type.bits",
        ),
    ),
    *planted(
        "meaning/expressions.py",
        EXPRESSIONS,
        (
            "decimal constants turn unsigned",
            "_number",
            "written.startswith('0') and (not unsigned)",
            "not unsigned",
        ),
    ),
    *planted(
        "meaning",
        EXPRESSIONS,
        ("sizeof has 64 bits on every ABI", "_size_t", "8 * abi.pointer_size", "64"),
        (
            "a shift has the type of its count",
            "_shift",
            "_folded(node.operator, left, right, left.type)",
            "_folded(node.operator, left, right, right.type)",
        ),
    ),
    *planted(
        "meaning/expressions.py",
        EXPRESSIONS,
        (
            "comparisons have the type of their sides",
            "_binary",
            "INT if node.operator in _COMPARISONS else left.type",
            "left.type",
        ),
    ),
    *planted(
        "meaning/static.py",
        CHOICES,
        ("greater means greater or equal, statically", "", "terms.lt(b, a)", "terms.le(b, a)"),
    ),
    *planted(
        "meaning",
        EXPRESSIONS,
        (
            "static quotients are positive",
            "divided",
            "abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)",
            "abs(left) // abs(right)",
        ),
        (
            "an axis is equal to what it is not",
            "compared",
            "equal if node.operator == '==' else not equal",
            "equal",
        ),
    ),
    *planted(
        "meaning",
        MISTAKES,
        (
            "an integer is shifted by its own width",
            "shift_count",
            "0 <= count < bits",
            "0 <= count <= bits",
        ),
    ),
    *planted(
        "meaning",
        CHOICES,
        (
            "enumerators count from the first one",
            "enumerator",
            "_said(cx, earlier.name, earlier.value) + after",
            "_said(cx, earlier.name, earlier.value) + index",
        ),
        (
            "the last of several alignments counts",
            "_align",
            "max(values) if values else None",
            "values[-1] if values else None",
        ),
    ),
    *planted(
        "meaning/types.py",
        PLACES,
        (
            "what #if leaves out is there",
            "_chosen",
            "member.then if cx.included(member.condition) else member.otherwise",
            "member.then",
        ),
    ),
    *planted(
        "meaning",
        PROGRAMS,
        ("`when` has no else", "_when", "node.otherwise", "()"),
        (
            "`each` may take no turn",
            "_compound",
            "_turns(cx, node.bounds, 1)",
            "_turns(cx, node.bounds, 0)",
        ),
    ),
    *planted(
        "meaning",
        EXPRESSIONS,
        (
            "values are stored as they are, not as their member has them",
            "write",
            "converted(exact, target.type)",
            "exact",
        ),
    ),
    *planted(
        "meaning",
        MISTAKES,
        (
            "a copy may be of another size than its target",
            "copy",
            "origin.width != target.width",
            "origin.width < target.width",
        ),
    ),
    *planted(
        "meaning/accesses.py",
        MISTAKES,
        (
            "a length may begin in the middle of a byte",
            "_length",
            "isinstance(accessed.low, int) and accessed.low % 8",
            "isinstance(accessed.low, int) and accessed.low % 8 > 8",
        ),
    ),
    *planted(
        "meaning",
        MISTAKES,
        (
            "a clear is no store that a layer must declare",
            "_accesses",
            "touch.kind != 'copy from'",
            "touch.kind not in ('copy from', 'clear')",
        ),
    ),
    *planted(
        "meaning",
        PROGRAMS,
        ("a step without a body reads nothing", "_whole", "if reads:", "if not reads:"),
    ),
    *planted(
        "meaning",
        CHOICES,
        (
            "the steps of a layer are those of all layers",
            "_steps_of",
            "cx.names.steps_of(cx.names.layers[name.text])",
            "cx.names.all_steps()",
        ),
    ),
    *planted(
        "meaning",
        MEMO,
        (
            "what a remembered result looked at is forgotten",
            "Memo.remember",
            "self.axis(node.axis)",
            "self._assignment[node.axis]",
        ),
        (
            "a result hangs on none of the axes that its parts looked at",
            "Memo._run",
            "self._frames[-1].reads.setdefault(name, value_read)",
            "None",
        ),
    ),
    *planted(
        "meaning",
        PROGRAMS,
        (
            "a proposal leaves out the last value of a range",
            "range_in",
            "range(low, high + 1)",
            "range(low, high)",
        ),
        (
            "mistakes of excluded candidates count",
            "mistakes",
            "new and possible(system, program.required, assignment)",
            "new",
        ),
    ),
    *planted(
        "meaning",
        MISTAKES,
        (
            "an input may be greater than its type holds",
            "_new_input",
            "low < least or high > limit",
            "low < least",
        ),
    ),
    *planted(
        "meaning",
        PASTED,
        (
            "the length of an array is exact, whatever C makes of it",
            "_array",
            "static_value(cx, node.count)",
            "cx.number(node.count)",
        ),
        (
            "an enumerator knows no other ones",
            "enumerator_type",
            "int_type(_enum(cx, node), cx.abi())",
            "None",
        ),
        (
            "a suffix makes nothing unsigned under #if",
            "_is_unsigned",
            "'u' in suffix or value >> (_BITS - 1) > 0",
            "value >> (_BITS - 1) > 0",
        ),
    ),
)
