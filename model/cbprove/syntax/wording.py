"""What the parser wanted and what it found, in words for people.

Statements that are written as in C, and what says the same in a spec.
"""

from __future__ import annotations

import re

from cbprove.frozen import frozen
from cbprove.syntax.annotations import words
from cbprove.syntax.tables import END, EOL
from cbprove.syntax.tokens import Token

_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "CHARACTER": "a character constant",
    "STRING": "a string",
    EOL: "the end of the line",
    END: "the end of the file",
}

# What may begin an expression, continue one, and so on: said in one word when all of it could come.
_EXPRESSION = words(
    """NAME NUMBER CHARACTER ( + - ~ ! sizeof alignof __alignof__ offsetof has defined IS_ENABLED BIT BIT_ULL
    _AC DIV_ROUND_UP __KERNEL_DIV_ROUND_UP BITS_TO_LONGS"""
)
_OPERATORS = words("* / % + - << >> < > <= >= == != & ^ | && || ?")
_TYPE = words("NAME char short int long signed unsigned double __int128 struct union enum")
WORD_TYPES = words("char short int long signed unsigned double __int128")
_ATTRIBUTES = words("__packed __aligned __attribute__ ____cacheline_aligned __at __size")
_MEMBER = (
    _TYPE
    | _ATTRIBUTES
    | words(
        "#if #ifdef #ifndef #define struct_group struct_group_attr struct_group_tagged "
        "__struct_group "
        "DECLARE_BITMAP DECLARE_FLEX_ARRAY ;"
    )
)
_STATEMENT = words(
    "NAME read write clear copy clone new on each repeat either optionally if when assume share "
    "consume ;"
)
_DECLARATION = words(
    "spec include audited abi object struct union enum typedef #define packing pinned param "
    "input require layer path part "
    "property proposal ask ;"
)
_PINNED = words("struct union enum typedef #define packing ;")
_CLAIM = words("preserved owned written exact holds fits aligned disjoint lent")
_DECLARATOR = frozenset(["NAME", "*", "(", ":", ";"])

DECLARATION_WORDS = tuple(sorted(word for word in _DECLARATION if word.isalpha()))

# The most telling group first; a group counts if its telling members are all expected.
_GROUPS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"proposal", "layer"}), _DECLARATION, "a declaration"),
    (frozenset({"typedef", "packing"}), _PINNED, "a declaration of a type"),
    (frozenset({"consume", "repeat"}), _STATEMENT, "a statement"),
    (frozenset({"#ifdef", "int"}), _MEMBER, "a member"),
    (frozenset({"NUMBER", "sizeof"}), _EXPRESSION, "an expression"),
    (frozenset({"int", "struct"}), _TYPE | _ATTRIBUTES, "a type"),
    (frozenset({"preserved", "lent"}), _CLAIM, "a property"),
    (frozenset({"&&", "||"}), _OPERATORS, ""),
    (frozenset({"NAME", "*", "("}), _DECLARATOR, "a name"),
)  # fmt: skip


def expected(kinds: list[str]) -> str:
    """What can come next, the shortest way it can be said."""
    left = dict.fromkeys(kinds)
    phrases: list[str] = []
    for telling, group, word in _GROUPS:
        if telling <= left.keys():
            for kind in group:
                left.pop(kind, None)
            if word:
                phrases.append(word)
    for sign in ("[", "(", "*", ":"):
        if not phrases and len(left) > 1 and not {sign, "]"} <= left.keys() and "[" in kinds:
            left.pop(sign, None)
    if len(left) + len(phrases) > 1:
        for kind in _ATTRIBUTES | WORD_TYPES:
            left.pop(kind, None)
    for rare in (".", "unused"):
        if rare in left and len(left) > 1:
            left.pop(rare)
    phrases.extend(_WORDS.get(kind) or f"`{kind}`" for kind in sorted(left, key=_usefulness))
    return alternatives(phrases)


def _usefulness(kind: str) -> tuple[bool, bool, str]:
    """Names and strings first, then words, then signs."""
    return kind not in _WORDS, not kind[0].isalpha(), kind


def alternatives(phrases: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`; of many, the first few."""
    if len(phrases) > 6:
        phrases = [*phrases[:5], "something else"]
    if len(phrases) < 2:
        return "".join(phrases)
    return f"{', '.join(phrases[:-1])} or {phrases[-1]}"


def named(token: Token) -> str:
    """A token, named."""
    if token.kind == END:
        return "the end of the file"
    if token.kind == EOL:
        return "the end of the line"
    if token.kind == "STRING":
        return "a string"
    text = token.text if len(token.text) <= 40 else token.text[:37] + "..."
    return f"`{text}`"


def close_to(word: str, words_known: tuple[str, ...] | frozenset[str]) -> str | None:
    """The known word that was perhaps meant."""
    from difflib import get_close_matches

    matches = get_close_matches(word[:40], sorted(words_known), n=1, cutoff=0.7)
    return matches[0] if matches else None


def macro_mistake(name: str) -> tuple[str, str]:
    """What is said of a macro with parameters, and what to do about it."""
    help = "delete it: bytes get a name with `view`, constants with a `#define` without parameters"
    return f"`{name}` is a macro with parameters", help


# How each construct is written, by its first word or by the list that it is an entry of.
SHAPES = {
    "_statement": "a statement is `read M;`, `write M;`, `copy A -> B;`, a call `step;`, a block "
    "such as `if (E) { }`",
    "_layer_entry": "a layer has views, `reads`, `writes` and steps",
    "_proposal_entry": "a proposal has settings `AXIS = value;` and `expect PROPERTY VERDICT;`",
    "_member": "a member is written as in C: `TYPE name;`",
    "_arm": 'a packing is written `NAME "title" { members };`',
    "_pinned_entry": "a `pinned` block has structs, unions, enums, typedefs, packings and "
    "`#define`s",
    "_declaration": "a declaration begins with `struct`, `object`, `layer`, `path`, `property`, "
    "`proposal` or the like",
    "spec": 'it is written `spec NAME "title";`',
    "audited": 'it is written `audited "record.json";`',
    "include": 'it is written `include "file.cbs";`',
    "abi": "it is written `abi x86_64;` or `abi x86_64, i386 = x86_64;`",
    "object": "it is written `object NAME { members }`, and `per path` before the `{` if paths "
    "run on it",
    "struct": "it is written `struct NAME { members };`",
    "union": "it is written `union NAME { members };`",
    "enum": "it is written `enum NAME { A, B = 2 };`",
    "typedef": "it is written `typedef TYPE NAME;`",
    "packing": 'it is written `packing struct NAME { ARM "title" { members }; ... }`',
    "pinned": 'it is written `pinned ABI "where from" { struct x { int a __at(0); } __size(4); }`',
    "param": "it is written `param P in 0..47 = 4;`, `param P in { a, b } = a;` or `param "
    "P = yes;`",
    "input": "it is written `input NAME : TYPE in LO..HI;`, and `per step` before the `;` if "
    "each step draws its own",
    "require": "it is written `require CONDITION;`",
    "layer": "it is written `layer NAME { views and steps }`",
    "path": 'it is written `path NAME "title" { statements }`',
    "part": 'it is written `part NAME "title" { statements }`',
    "property": "it is written `property NAME: CLAIM;`, as in `property kept: preserved V from "
    "S to T;`",
    "proposal": 'it is written `proposal NAME "title" { AXIS = value; ... expect PROPERTY '
    "VERDICT; }`",
    "ask": "it is written `ask NAME: AXES such that P and Q given CONDITION; expect none;`",
    "view": "it is written `view NAME : TYPE at PLACE;`, as in `view V : struct x at skb.cb[0];`",
    "step": "it is written `step NAME { statements }`",
    "witness": "what a step stands for is written `step NAME of FUNCTION with CALLEE without "
    'PLACE "reason" { }`',
    "of": "the functions that a step stands for are written `of FUNCTION, FUNCTION`, or `of "
    'nothing "reason"`',
    "with_": "callees that belong to a step are written `with FUNCTION, FUNCTION`",
    "without": 'what a step leaves out is written `without PLACE "reason"`, or `without '
    'CALLEE() "reason"`',
    "reads": "it is written `reads PLACE, PLACE;`",
    "writes": "it is written `writes PLACE, PLACE;`",
    "read": "it is written `read M, N;` or `read PLACE for LENGTH;`",
    "write": "it is written `write M, N;`, `write M = VALUE;` or `write PLACE for LENGTH;`",
    "clear": "it is written `clear PLACE;` or `clear PLACE for LENGTH;`",
    "copy": "it is written `copy A -> B;` or `copy A -> B for LENGTH;`",
    "clone": "it is written `clone NAME;`",
    "new": "it is written `new NAME;`",
    "on": "it is written `on NAME { statements }`",
    "each": "it is written `each NAME [LO..HI] { statements }`",
    "repeat": "it is written `repeat [LO..HI] { statements }`",
    "either": "it is written `either { } or { }`, with two blocks or more",
    "optionally": "it is written `optionally { statements }`",
    "if": "it is written `if (CONDITION) { } else { }`",
    "when": "it is written `when CONDITION { } else { }`",
    "assume": 'it is written `assume CONDITION "reason";`',
    "share": "it is written `share NAME;`",
    "consume": "it is written `consume;`",
    "expect": "it is written `expect PROPERTY VERDICT, PROPERTY VERDICT;`",
}


# What such a statement may be: a call of a function on memory, an assignment, an increment; perhaps
# behind a `write`.
_PLACE = r"&?[A-Za-z_]\w*(?:\s*(?:\.|->)\s*[A-Za-z_]\w*|\s*\[[^\[\]]*\])*"
_CALL = re.compile(
    r"(?P<name>memset|memset_explicit|memzero_explicit|bzero|memcpy|memmove|__memcpy)\s*\((?P<rest>.*)\)",
    re.S,
)
_STORE = re.compile(
    rf"(?:write\s+)?(?P<place>{_PLACE})\s*(?P<sign>(?:<<|>>|[-+*/%&|^])?=)(?!=)\s*(?P<value>.+)",
    re.S,
)
_STEP_BEHIND = re.compile(rf"(?:write\s+)?(?P<place>{_PLACE})\s*(?P<sign>\+\+|--)", re.S)
_STEP_BEFORE = re.compile(rf"(?:write\s+)?(?P<sign>\+\+|--)\s*(?P<place>{_PLACE})", re.S)
_OPERAND = re.compile(r"[-~!]?\s*(?:\w+(?:\.\w+|\[\w+\])*|\w+\s*\([^()]*\)|\([^()]*\))")


@frozen
class Habit:
    """What is wrong, what to write, and which characters [start, end) of the statement to point
    at."""

    message: str
    help: str
    start: int
    end: int


def habit(statement: str) -> Habit | None:
    """What to say of a statement (its text without the `;`) if it is C's."""
    call = _CALL.fullmatch(statement)
    if call is not None:
        name = call["name"]
        return Habit(
            f"`{name}` is C, which is not read",
            _of_call(name, _arguments(call["rest"])),
            *call.span("name"),
        )
    for pattern in (_STEP_BEHIND, _STEP_BEFORE, _STORE):
        match = pattern.fullmatch(statement)
        if match is not None and not (match["sign"] == "=" and statement.startswith("write")):
            return Habit(_message(match["sign"]), f"say `{_of_store(match)};`", *match.span("sign"))
    return None


def _message(sign: str) -> str:
    return (
        "a value is stored by `write`"
        if sign == "="
        else f"there is no `{sign}`; a value is stored by `write`"
    )


def _of_store(match: re.Match[str]) -> str:
    place, sign = _plain(match["place"]), match["sign"]
    if sign == "=":
        return f"write {place} = {_line(match['value'])}"
    value = "1" if sign in ("++", "--") else _line(match["value"])
    text = value if _OPERAND.fullmatch(value) else f"({value})"
    operator = sign[0] if sign in ("++", "--") else sign[:-1]
    return f"write {place} = {place} {operator} {text}"


def _of_call(name: str, arguments: list[str]) -> str:
    places = [_plain(each) for each in arguments]
    place_texts = [each for each in places if re.fullmatch(_PLACE, each)]
    if name in ("memcpy", "memmove", "__memcpy"):
        if len(places) == 3 and place_texts[:2] == places[:2]:
            return f"say `copy {places[1]} -> {places[0]}{_length(arguments[2], places[:2])};`"
        return "say `copy FROM -> TO;` or `copy FROM -> TO for BYTES;`"
    stored = places[1] if name.startswith("memset") and len(places) == 3 else "0"
    word = "clear" if stored in ("0", "0x0", "0x00") else "write"
    if len(places) in (2, 3) and place_texts[:1] == places[:1]:
        return f"say `{word} {places[0]}{_length(arguments[-1], places[:1])};`"
    return f"say `{word} PLACE;` or `{word} PLACE for BYTES;`"


def _length(argument: str, places: list[str]) -> str:
    """The ` for BYTES` of a call, empty where it is all of a place; an element stands for the
    bytes from there on."""
    match = re.fullmatch(r"sizeof\s*\(\s*\*?\s*(.*?)\s*\)", argument) or re.fullmatch(
        r"sizeof\s+\*?\s*(.*)", argument
    )
    elements = any(place.endswith("]") for place in places)
    return (
        ""
        if match is not None and _plain(match[1]) in places and not elements
        else f" for {_line(argument)}"
    )


def _arguments(text: str) -> list[str]:
    """The arguments of a call, cut at the commas outside of brackets."""
    arguments, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            arguments.append("")
        else:
            arguments[-1] += character
    return [each.strip() for each in arguments]


def _plain(place: str) -> str:
    """A place as a spec spells it: no address is taken, and members are reached with `.`."""
    return re.sub(r"\s*(?:->|\.)\s*", ".", _line(place).removeprefix("&").strip())


def _line(text: str) -> str:
    return " ".join(text.replace("->", ".").split())
