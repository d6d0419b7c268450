"""Numbers of libclang's cursors, types and operators, which it promises to keep, and what they are
here."""

from __future__ import annotations

ERROR, FUNCTION, PARAMETER, VARIABLE = 3, 8, 10, 9
SKIP_BODIES = 64  # an option of libclang's: functions are declarations

KINDS = {
    101: "name", 102: "member", 103: "call", 106: "integer", 111: "paren", 112: "unary", 113: "element",
    114: "binary", 115: "compound", 116: "conditional", 117: "cast", 118: "literal", 119: "list", 121: "statements",
    122: "generic", 136: "unevaluated", 201: "again", 202: "block", 203: "again", 204: "again", 205: "if", 206: "again",
    207: "again", 208: "again", 209: "again", 210: "goto",
    214: "return", 215: "assembly", 230: "block", 231: "declarations", 9: "variable",
}  # fmt: skip
TYPES = {
    101: "pointer",
    103: "pointer",
    105: "record",
    112: "array",
    114: "array",
    113: "array",
    115: "array",
    111: "function",
}
VOID, SIZED = 2, frozenset((*range(3, 24), 30, 106, 177))
MEMBER = 102
NAME, PAREN, UNARY_OPERATOR, CAST, LITERAL, LIST = 101, 111, 112, 117, 118, 119
RECORDS = (105, 119)  # a struct, and one named at length
UNEXPOSED, MEMBER_NAME, FIELD, POINTER = 100, 47, 6, 101
UNARY = {1: "post++", 2: "post--", 3: "++", 4: "--", 5: "&", 6: "*", 13: "__extension__"}
BINARY = {22: "=", 6: "+", 7: "-", 33: ","}
COMPOUND = {26: "+=", 27: "-="}
LABEL = 201
NO_LINKAGE, STATIC = 1, 3
LOOPS = (207, 208, 209)
