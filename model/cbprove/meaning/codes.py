"""Every code of a mistake in a spec: what it says, the help of last resort, the least spec that
makes it.

CB00xx are mistakes of spelling, which the parser finds; CB01xx are mistakes of meaning; CB04xx are
warnings.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Code(NamedTuple):
    """One line of meaning, the help of last resort, and an example: a spec but for its `spec` line.

    The example is empty where only a file as a whole makes the mistake.
    """

    meaning: str
    help: str
    example: str


_SKB = "object skb { char cb[48]; }\n"
_IP = _SKB + "struct parm { int iif; u16 flags; u8 data[4]; };\n"
_STEP = _IP + "layer ip { view V : struct parm at skb.cb[0]; step rcv { %s } }"
_PATH = _IP + "layer ip { view V : struct parm at skb.cb[0]; step rcv { read V; } }\n%s"


def _step(body: str) -> str:
    return _STEP % body


def _path(rest: str) -> str:
    return _PATH % rest


CODES: Mapping[str, Code] = MappingProxyType(
    {
        "CB0001": Code(
            "a file cannot be read",
            "name a `.cbs` file that can be read",
            'include "missing.cbs";',
        ),
        "CB0002": Code("a file is not UTF-8 text", "save it as UTF-8", ""),
        "CB0003": Code("a file is larger than 1 MB", "split it up with `include`", ""),
        "CB0004": Code("a file is empty", 'begin with `spec NAME "title";`', ""),
        "CB0005": Code(
            "brackets, operators or includes are nested too deep",
            "say it in several declarations",
            "require " + 200 * "(" + "1" + 200 * ")" + ";",
        ),
        "CB0006": Code(
            "a file includes itself, directly or through others", "delete one of these includes", ""
        ),
        "CB0007": Code(
            "a spec has one `spec` line, and what it includes has none",
            "begin the file that is checked with `spec NAME;`, and only that one",
            "spec again;",
        ),
        "CB0010": Code("a character that the language does not have", "delete it", "param A; @"),
        "CB0011": Code(
            "a comment is never closed", "add `*/` where it ends", "param A; /* a switch"
        ),
        "CB0012": Code(
            "a string or character is never closed",
            "add the quote where it ends",
            "require 'a == 1;",
        ),
        "CB0013": Code(
            "this is not a C integer", "write a number as C does", "require 12abc == 1;"
        ),
        "CB0014": Code(
            "this is not one C character",
            "put one character between the quotes",
            "require 'ab' == 1;",
        ),
        "CB0015": Code(
            "a line of the preprocessor that is not read in a spec", "leave it out", "#pragma once"
        ),
        "CB0020": Code("something else was expected here", "follow the grammar", "param A in;"),
        "CB0021": Code("a `;` is missing", "add it", "param A\nparam B;"),
        "CB0022": Code("a brace is never closed", "add `}` where the block ends", "layer ip {"),
        "CB0023": Code(
            "a step, part or path is named like a statement",
            "give it another name",
            "layer ip { step read { } }",
        ),
        "CB0024": Code(
            "`#if` and `#endif` stand where no members do, or without each other",
            "put them among the members of a struct, in pairs",
            "struct odd { int a;\n#endif\n};",
        ),
        "CB0025": Code(
            "a `#define` that is no constant",
            "say what it stands for in the language's own words",
            "#define IPCB(skb) ((skb)->cb)",
        ),
        "CB0026": Code(
            "C code, which is not read", "leave functions out", "static inline int f(void);"
        ),
        "CB0027": Code(
            "what is expected of a property is not a verdict that can be expected",
            "expect one of `proved`, `refuted`, `excluded` and `vacuous`",
            "proposal now { expect kept unknown; }",
        ),
        "CB0028": Code(
            "a statement of one place has several",
            "write a statement for each place",
            "layer ip { step rcv { write V.a, V.b = 1; } }",
        ),
        "CB0029": Code(
            "a C declaration that has no layout here",
            "leave it out, or write what it comes to",
            "struct ops { int open(void); };",
        ),
        "CB0030": Code(
            "a `pinned` block does not say where a member lies, or how large a struct is",
            "add `__at(BYTE)` behind a member, `__size(BYTES)` behind a struct's `}`",
            "pinned x86_64 { struct parm { int iif; } __size(4); }",
        ),
        "CB0031": Code(
            "`__at` or `__size` where it pins nothing, or twice, or a bit that no byte has",
            "pin members and structs in a `pinned` block, once each",
            "struct parm { int iif __at(0); };",
        ),
        "CB0101": Code(
            "nothing that could stand here has this name",
            "check the spelling, or declare it",
            _step("read W;"),
        ),
        "CB0102": Code(
            "no struct, union, enum or type has this name",
            "paste its definition, or check the spelling",
            _SKB + "layer ip { view V : struct parm at skb.cb[0]; step rcv { read V; } }",
        ),
        "CB0103": Code(
            "the struct or union has no such member in this candidate",
            "check the spelling, or name a member of the struct",
            _step("read V.mtu;"),
        ),
        "CB0104": Code(
            "no step or part has this name",
            "check the spelling, or declare it",
            _path("path rx { forward; }"),
        ),
        "CB0105": Code(
            "no property has this name",
            "check the spelling, or declare it",
            _SKB + "proposal now { expect kept refuted; }",
        ),
        "CB0106": Code(
            "no axis has this name: abi, a packing or a param",
            "check the spelling, or declare it with `param`",
            _SKB + "proposal now { OFFSET = 3; }",
        ),
        "CB0107": Code(
            "the axis has no such value; value names are looked up in the axis that they are "
            "compared with or given to",
            "use one of its values",
            _SKB + "param home in { in_cb, in_header } = in_cb;\nrequire home == elsewhere;",
        ),
        "CB0108": Code(
            "no object was made or shared by this name here",
            "a name is seen to the end of the block that makes it",
            _path("path rx { on twin { rcv; } }"),
        ),
        "CB0109": Code(
            "no step, layer or path has this name",
            "check the spelling, or declare it",
            _SKB + "property mine: owned in ip;",
        ),
        "CB0110": Code(
            "two declarations of one namespace have the same name",
            "rename one of them",
            _SKB + "object skb { char head[8]; }",
        ),
        "CB0112": Code(
            "two layers have a step of this name",
            "say whose step is meant, as `layer.step`",
            _SKB + "layer ip { step rcv { } }\nlayer ip6 { step rcv { } }\npath rx { rcv; }",
        ),
        "CB0113": Code(
            "a part calls itself, directly or through others, or its calls are too deep or "
            "too many",
            "leave this call out",
            _SKB + "part out { out; }",
        ),
        "CB0114": Code(
            "a declaration needs itself to have a meaning",
            "break the circle",
            _SKB + "struct list { struct list next; };",
        ),
        "CB0115": Code(
            "there is no object for paths to run on",
            "declare what paths run on, as `object skb { char cb[48]; }`",
            "layer ip { step rcv { } }",
        ),
        "CB0116": Code(
            "a struct has two members of one name, anonymous structs and unions looked through",
            "rename one of them",
            _SKB + "struct twice { int a; u8 a; };",
        ),
        "CB0117": Code(
            "a tag is used with another of `struct`, `union` and `enum` than it was declared with",
            "use the word that it is declared with",
            _IP + "layer ip { view V : union parm at skb.cb[0]; step rcv { read V; } }",
        ),
        "CB0118": Code(
            "this ABI is not known",
            "use one of the ABIs that are known",
            "abi vax;\n" + _SKB,
        ),
        "CB0119": Code(
            "a made or shared object cannot have the name of something declared",
            "choose another name",
            _path("path rx { clone V; }"),
        ),
        "CB0120": Code(
            "a value that only a run knows stands where it must be known before any run",
            "use numbers, `sizeof`, constants and axes here",
            _SKB + "input n : u8;\nrequire n > 3;",
        ),
        "CB0121": Code(
            "an axis with named values is not a number",
            "compare it with one of its values",
            _SKB + "param home in { in_cb, in_header } = in_cb;\nrequire home > 0;",
        ),
        "CB0122": Code(
            "a divisor is 0",
            "a divisor must not be 0",
            _SKB + "require 1 / 0 == 0;",
        ),
        "CB0123": Code(
            "a shift count is negative or not below the width",
            "shift by less than the width",
            _SKB + "require 1 << 64 > 0;",
        ),
        "CB0124": Code(
            "a range has its low end above its high one",
            "write the smaller number first",
            _SKB + "param OFFSET in 8..0;",
        ),
        "CB0125": Code(
            "an axis has no values, or too many",
            "give it a range that can be looked through",
            _SKB + "param OFFSET in 0..99999999;",
        ),
        "CB0126": Code(
            "the default of an axis is not one of its values",
            "choose one of its values",
            _SKB + "param OFFSET in 0..8 = 9;",
        ),
        "CB0127": Code(
            "a count, a length or a number of turns is negative",
            "make it 0 or more",
            _SKB + "struct less { u8 a[-1]; };",
        ),
        "CB0128": Code(
            "an object or a view is larger than 32 KiB, or a type larger than 1 MiB",
            "make it smaller",
            _SKB + "object big { u8 bytes[32769]; }",
        ),
        "CB0129": Code(
            "a number does not fit its type",
            "use a wider type or a smaller number",
            _SKB + "input len : u8 in 0..256;",
        ),
        "CB0130": Code(
            "the array has no element of this number",
            "count elements from 0",
            _step("read V.data[4];"),
        ),
        "CB0131": Code(
            "C, or this ABI, has no such type",
            "gcc refuses it as well",
            _SKB + "struct bits { u8 a:9; };",
        ),
        "CB0132": Code(
            "something without an integer value, or without a size in bytes, stands where one "
            "is needed",
            "name an integer member that is no bit-field",
            _step("write V = 0;"),
        ),
        "CB0133": Code(
            "`for` counts bytes, and the place begins inside one",
            "name a place that begins at a whole byte",
            _SKB
            + "struct bits { u8 a:3; u8 b:3; };\n"
            + "layer ip { view V : struct bits at skb.cb[0]; step rcv { clear V.b for 1; } }",
        ),
        "CB0140": Code(
            "`copy` between places of two sizes",
            "copy between places of one size, or say `for` how many bytes",
            _step("copy V.flags -> V.iif;"),
        ),
        "CB0141": Code(
            "`.*` names the members of something that has none",
            "leave `.*` out",
            _step("write V.data.*;"),
        ),
        "CB0142": Code(
            "an object or another declaration stands where a place in an object is needed",
            "name a view or a member",
            _step("read skb;"),
        ),
        "CB0143": Code(
            "an index on something that is no array, or an object named by a view of another one",
            "leave the index or the object's name out",
            _step("read V.flags[0];"),
        ),
        "CB0144": Code(
            "where a view lies, or which element a property names, depends on an input",
            "use a number, a constant or an axis",
            _SKB + "input n : u8;\nlayer ip { view V : u8 at skb.cb[n]; step rcv { read V; } }",
        ),
        "CB0145": Code(
            "`parent` is named where the current object was made from none",
            "`parent` is what a `clone` or an `each` was cut from",
            _path("path rx { read parent.V; }"),
        ),
        "CB0146": Code(
            "a step calls a step or a part",
            "call it in a path or part",
            _path("layer more { step both { rcv; } }"),
        ),
        "CB0147": Code(
            "a step reads or writes what its layer does not declare",
            "declare it, or leave it alone",
            _IP + "layer ip { view V : struct parm at skb.cb[0]; reads V.flags; step rcv { read "
            "V.iif; } }",
        ),
        "CB0148": Code(
            "a step without a body in a layer that declares no reads or writes",
            "give the step a body",
            _SKB + "layer ip { step rcv; }",
        ),
        "CB0149": Code(
            "a view that has no place in this candidate is used",
            "use it under the same `when`, or give it a further place",
            _SKB
            + "param home in { in_cb, in_header };\n"
            + "layer ip { view V : u8 at skb.cb[0] when home == in_cb; step rcv { read V; } }",
        ),
        "CB0150": Code(
            "a part or path is named where a step is needed",
            "name a step",
            _path("part out { rcv; }\nproperty mine: preserved V from out to rcv;"),
        ),
        "CB0152": Code(
            "a divisor or a shift count that only a run knows",
            "it must be known before any run",
            _step("write V.iif = 8 / V.flags;"),
        ),
        "CB0153": Code(
            "a path is called",
            "make it a `part`",
            _path("path rx { tx; }\npath tx { rcv; }"),
        ),
        "CB0154": Code(
            "`aligned` names a place that is in no view",
            "name a view",
            _SKB + "property straight: aligned skb.cb;",
        ),
        "CB0160": Code(
            "a proposal or an ask leaves an axis of several values open",
            "give it a value or a default, or say `any`",
            _SKB + "param OFFSET in 0..8;\nproposal now { }",
        ),
        "CB0161": Code(
            "an axis is set, or asked for, a second time",
            "keep one of them",
            _SKB + "param OFFSET in 0..8;\nproposal now { OFFSET = 1; OFFSET = 2; }",
        ),
        "CB0162": Code(
            "a value outside the axis's own",
            "use one of its values",
            _SKB + "param OFFSET in 0..8;\nproposal now { OFFSET = 9; }",
        ),
        "CB0163": Code(
            "a number of turns that cannot be expected",
            "write `proved up to N`, N >= 1",
            _SKB + "property mine: owned;\nproposal now { expect mine proved up to 0; }",
        ),
        "CB0164": Code(
            "an answer that does not give each asked axis one value",
            "say one value for each axis that is asked for",
            _SKB + "param A in 0..8;\nparam B in 0..8;\nask q: A, B such that fits; expect "
            "exactly { A = 3; };",
        ),
        "CB0165": Code(
            "a domain, which is the same for every candidate, depends on an axis",
            "write a number",
            "abi x86_64, i386 = x86_64;\n" + _SKB + "param OFFSET in 0..sizeof(long);",
        ),
        "CB0166": Code(
            "one property is expected twice in a proposal",
            "keep one of them",
            _SKB + "property mine: owned;\nproposal now { expect mine proved, mine refuted; }",
        ),
        "CB0167": Code(
            "`holds` names an input that each step draws afresh",
            "use an input that is drawn once",
            _path("input n : u8 per step;\nproperty low: holds n < 3 at rcv;"),
        ),
        "CB0168": Code(
            "declarations lean on each other too deeply",
            "nest fewer structs and constants in each other",
            _SKB
            + "#define A0 1\n"
            + "".join(f"#define A{i + 1} (A{i} + 1)\n" for i in range(400))
            + "require A400 == 0;",
        ),
        "CB0169": Code(
            "a property of a member, and an access that a run may move into it and out of it",
            "name the whole array in the property, or a constant index in the access",
            "object skb { char cb[48]; }\ninput i : u8 in 0..3;\n"
            "layer ip { view IPCB : u8[4] at skb.cb[0]; step rcv { write IPCB; read IPCB[i]; } }\n"
            "path p { rcv; }\nproperty second: owned IPCB[1];",
        ),
        "CB0170": Code(
            "a member cannot lie where it is pinned",
            "compare the offsets, the types and the size with what pahole prints",
            _SKB + "pinned x86_64 { struct parm { int iif __at(0); u16 flags __at(2); } "
            "__size(4); }",
        ),
        "CB0171": Code(
            "types are pinned for one ABI and laid out for another",
            "choose the ABI that they are pinned for",
            "abi i386;\n" + _SKB + "pinned x86_64 { struct parm { int iif __at(0); } __size(4); }",
        ),
        "CB0172": Code(
            "which object paths run on is said of two, or could be any of several",
            "say it of one, as in `object skb per path { ... }`",
            "object skb per path { char cb[48]; }\nobject stack per path { u32 count; }",
        ),
    }
)

# What is told, and keeps nothing from being judged.
WARNINGS: Mapping[str, Code] = MappingProxyType(
    {
        "CB0401": Code(
            "paths make objects, and could run on more than one; the first that is declared counts",
            "say it, as in `object skb per path { ... }`",
            "object frame { u32 len; }\nobject packet { u32 len; }\npath p { clone other; on "
            "other { } }",
        ),
        "CB0402": Code(
            "a step or part that no path runs",
            "call it in a path, delete it, or say `step NAME unused`",
            _SKB + "layer ip { step rcv { } step send { } }\npath in { rcv; }",
        ),
        "CB0403": Code(
            "a view that nothing uses: no step that a path runs, no property and no size",
            "use it, delete it, or say `view NAME unused : ...`",
            _SKB + "layer ip { view V : u8 at skb.cb[0]; step rcv { } }\npath in { rcv; }",
        ),
        "CB0404": Code(
            "an input that nothing uses",
            "use it, delete it, or say `input NAME unused : ...`",
            _SKB + "input n : u8;\npath in { clear skb.cb; }",
        ),
        "CB0405": Code(
            "an object is made, and nothing is done on it",
            "say what is done, as in `on NAME { }`, delete it, or say `clone NAME unused;`",
            _SKB + "path in { clone other; }",
        ),
    }
)
