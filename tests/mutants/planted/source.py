"""Faults in reading C, and in holding specs against it."""

from __future__ import annotations

from tests.mutants.planting import planted

IDIOMS = ("tests/source/test_idioms.py",)
POOLED = ("tests/source/test_pool.py",)
COMPARED = ("tests/audit/test_compare.py",)

FAULTS = (
    *planted(
        "source",
        IDIOMS,
        (
            "a loop begins with what stands before it alone",
            "Walk._again",
            "self.variables.come_from_anywhere()\nself.around += 1",
            "self.around += 1",
        ),
        (
            "an arm begins where the one before it ended",
            "Walk._arms",
            "self.variables.now = dict(before)",
            "self.variables.now = self.variables.now",
        ),
        (
            "a compound assignment reads nothing",
            "Walk._compound",
            "self.notes.read_and_write(places, node.line)",
            "self.notes.access('write', places, node.line)",
        ),
        ("a sum counts bytes", "shifted", "pointer.inner.size > 0", "pointer.inner.size > 9000"),
        (
            "the operand of sizeof is read",
            "Trees._unevaluated",
            "()",
            "tuple(self.node(each) for each in self.parts(cursor))",
        ),
        (
            "an address that is stored away is forgotten",
            "Walk._assigned",
            "not places",
            "bool(places)",
        ),
        (
            "a copy stores nothing",
            "Walk._copied",
            "self.notes.access('copy to', self._extent(left), line)",
            "None",
        ),
        ("what a callee returns points nowhere", "Calling._by_body", "done.returned", "NOWHERE"),
        (
            "what lies beside the object is not the object",
            "is_object",
            "(field.name, *field.beside)",
            "(field.name,)",
        ),
        (
            "a union of that name hides what is beside",
            "beside",
            "target.member in names",
            "target.member not in names",
        ),
        ("an anonymous record is a member", "Trees._member", "self.unnamed(parts[0])", "False"),
        (
            "an element that is not known is the first",
            "member_of",
            "0 < type.size * 8 < place.width",
            "False",
        ),
        (
            "a struct reaches as far as it likes",
            "in_first_bytes",
            "min(width, length * 8 - start)",
            "width",
        ),
        ("a local struct is the packet", "Walk._extent", "not is_dereferenced(node)", "False"),
        (
            "only macros lead to the object",
            "Mentions._spread",
            "names.extend(self.users.get(name, ()))",
            "None",
        ),
    ),
    *planted(
        "source",
        POOLED,
        (
            "answers come as they are finished",
            "Pool.__call__",
            "count in answers",
            "count < len(answers)",
        ),
        ("a header may change", "Kept.get", "self._hash(path) == digest", "True"),
        ("what had errors is kept", "Kept.put", "answer.unread is not None", "False"),
        (
            "what is finished is kept at the end",
            "Remembering.__call__",
            "self.kept.put(self.asked, job, answer)",
            "None",
        ),
    ),
    *planted(
        "source/library.py",
        IDIOMS,
        (
            "a bit that is tested in assembly is stored",
            "",
            "'test_bit _test_bit arch_test_bit variable_test_bit constant_test_bit const_test_bit generic_test_bit'",
            "'test_bit'",
        ),
        (
            "memset() fills as many bytes as it is told to fill with",
            "",
            "Does(0, 'clear', 2)",
            "Does(0, 'clear', 1)",
        ),
    ),
    *planted(
        "source",
        ("tests/source/test_calls.py",),
        ("a loop calls in one order", "_Walk._again", "node.name == 'loop'", "False"),
        ("a goto never leads back", "calls", "walk.again", "False"),
        (
            "a function that is handed on is not called",
            "_Walk.follow",
            "self.targets.append(node.name)",
            "None",
        ),
        ("a list in a list binds nothing", "Unit._bound", "self._bound(value)", "()"),
    ),
    *planted(
        "audit",
        ("tests/audit/test_joins.py",),
        ("what is guessed is known", "_unsure", "not graph.sure(caller, other)", "False"),
        ("a caller may call in any order", "_in_order", "each.targets[index + 1:]", "each.targets"),
        (
            "nothing is stepped over",
            "_Walk._call",
            "_NOTHING if silent else _Ends((statement,), (statement,), False)",
            "_Ends((statement,), (statement,), False)",
        ),
        (
            "a turn is not followed by another",
            "_Walk._statement",
            "self._join(last, first)",
            "None",
        ),
    ),
    *planted(
        "audit",
        COMPARED,
        (
            "what is stored counts as read",
            "covers",
            "covered(done_here, 'read', 'look')",
            "covered(done_here, 'read', 'look', 'store')",
        ),
        (
            "a clear is as good as a store",
            "covers",
            "access.kind == 'clear' or each == touched",
            "True",
        ),
        ("an escape is nothing", "covers", "touched & stores & reads", "touched"),
        (
            "arms of one statement have an order",
            "Done.excludes",
            "arms.get(statement, arm) != arm",
            "False",
        ),
        ("a function that is not there is no fault", "_step", "stale or not names", "not names"),
        ("every step is looked at, run or not", "reached", "name in names", "True"),
    ),
    *planted(
        "audit/callees.py",
        ("tests/audit/test_callees.py",),
        (
            "who is left out is told all the same",
            "_Walk.from_function",
            "each in self.left",
            "False",
        ),
        (
            "a callee of a step is one of none",
            "_Walk.from_function",
            "each in self.standing",
            "False",
        ),
        (
            "callees of callees are not looked at",
            "_Walk.from_function",
            "[read] if each not in self.declared else []",
            "[]",
        ),
        ("any function of a name is called", "_Walk._reads", "each.file == caller.file", "True"),
        (
            "each part of a function answers for all that it calls",
            "followed",
            "deeds_of.get(function, ())",
            "()",
        ),
    ),
    *planted(
        "source/reading.py",
        ("tests/audit/test_tree.py",),
        (
            "who is handed nothing may touch the packet",
            "_targets",
            "each.type.shape in ('pointer', 'array')",
            "True",
        ),
        (
            "a function that touches nothing ends the search",
            "Reading._called",
            "callee.own and self._touching(callee)",
            "callee.own",
        ),
    ),
)
