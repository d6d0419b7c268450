"""Statements that are written as in C, and what says the same in a spec."""

from __future__ import annotations

import re

from cbprove.frozen import frozen

# What such a statement may be: a call of a function on memory, an assignment, an increment; perhaps behind a `write`.
_PLACE = r"&?[A-Za-z_]\w*(?:\s*(?:\.|->)\s*[A-Za-z_]\w*|\s*\[[^\[\]]*\])*"
_CALL = re.compile(
    r"(?P<name>memset|memset_explicit|memzero_explicit|bzero|memcpy|memmove|__memcpy)\s*\((?P<rest>.*)\)", re.S
)
_STORE = re.compile(rf"(?:write\s+)?(?P<place>{_PLACE})\s*(?P<sign>(?:<<|>>|[-+*/%&|^])?=)(?!=)\s*(?P<value>.+)", re.S)
_STEP_BEHIND = re.compile(rf"(?:write\s+)?(?P<place>{_PLACE})\s*(?P<sign>\+\+|--)", re.S)
_STEP_BEFORE = re.compile(rf"(?:write\s+)?(?P<sign>\+\+|--)\s*(?P<place>{_PLACE})", re.S)
_OPERAND = re.compile(r"[-~!]?\s*(?:\w+(?:\.\w+|\[\w+\])*|\w+\s*\([^()]*\)|\([^()]*\))")


@frozen
class Habit:
    """What is wrong, what to write, and which characters [start, end) of the statement to point at."""

    message: str
    help: str
    start: int
    end: int


def habit(statement: str) -> Habit | None:
    """What to say of a statement (its text without the `;`) if it is C's."""
    call = _CALL.fullmatch(statement)
    if call is not None:
        name = call["name"]
        return Habit(f"`{name}` is C, which is not read", _of_call(name, _arguments(call["rest"])), *call.span("name"))
    for pattern in (_STEP_BEHIND, _STEP_BEFORE, _STORE):
        match = pattern.fullmatch(statement)
        if match is not None and not (match["sign"] == "=" and statement.startswith("write")):
            return Habit(_message(match["sign"]), f"say `{_of_store(match)};`", *match.span("sign"))
    return None


def _message(sign: str) -> str:
    return "a value is stored by `write`" if sign == "=" else f"there is no `{sign}`; a value is stored by `write`"


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
    known = [each for each in places if re.fullmatch(_PLACE, each)]
    if name in ("memcpy", "memmove", "__memcpy"):
        if len(places) == 3 and known[:2] == places[:2]:
            return f"say `copy {places[1]} -> {places[0]}{_length(arguments[2], places[:2])};`"
        return "say `copy FROM -> TO;` or `copy FROM -> TO for BYTES;`"
    stored = places[1] if name.startswith("memset") and len(places) == 3 else "0"
    word = "clear" if stored in ("0", "0x0", "0x00") else "write"
    if len(places) in (2, 3) and known[:1] == places[:1]:
        return f"say `{word} {places[0]}{_length(arguments[-1], places[:1])};`"
    return f"say `{word} PLACE;` or `{word} PLACE for BYTES;`"


def _length(argument: str, places: list[str]) -> str:
    """The ` for BYTES` of a call, empty where it is all of a place; an element stands for the bytes from there on."""
    match = re.fullmatch(r"sizeof\s*\(\s*\*?\s*(.*?)\s*\)", argument) or re.fullmatch(r"sizeof\s+\*?\s*(.*)", argument)
    elements = any(place.endswith("]") for place in places)
    return "" if match is not None and _plain(match[1]) in places and not elements else f" for {_line(argument)}"


def _arguments(text: str) -> list[str]:
    """The arguments of a call, cut at the commas outside of brackets."""
    found, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            found.append("")
        else:
            found[-1] += character
    return [each.strip() for each in found]


def _plain(place: str) -> str:
    """A place as a spec spells it: no address is taken, and members are reached with `.`."""
    return re.sub(r"\s*(?:->|\.)\s*", ".", _line(place).removeprefix("&").strip())


def _line(text: str) -> str:
    return " ".join(text.replace("->", ".").split())
