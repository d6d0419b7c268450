"""Codes that are not about the meaning of a spec: of reading one (CB00xx) or an artefact
(CB03xx), and of verdicts (CB20xx)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cbprove.meaning.codes import Code

READING: Mapping[str, Code] = MappingProxyType(
    {
        "CB0001": Code(
            "a file cannot be had", "check the path and its permissions", 'include "nowhere.cbs";'
        ),
        "CB0002": Code("a file is not UTF-8 text", "save it as UTF-8", ""),
        "CB0003": Code("a file is over 1 MB", "split it up with `include`", ""),
        "CB0004": Code("a file is empty", 'begin with `spec NAME "title";`', ""),
        "CB0005": Code(
            "something is nested deeper than 100", "flatten it, or give its parts names", ""
        ),
        "CB0006": Code(
            "a file includes itself, perhaps through others", "delete one of the includes", ""
        ),
        "CB0007": Code(
            "a file that is checked has exactly one `spec` line, an included one has none",
            'begin with `spec NAME "title";`, or name a file that includes this one',
            'spec again "a second one";',
        ),
        "CB0010": Code(
            "a character that is no part of the language",
            "delete it",
            "object skb { char cb[48]; } @",
        ),
        "CB0011": Code(
            "a comment that never ends", "close it with `*/`", "/* object skb { char cb[48]; }"
        ),
        "CB0012": Code(
            "a string or character constant that never ends",
            "close it on its line",
            'include "skb.cbs;',
        ),
        "CB0013": Code(
            "a number that C does not have",
            "write it as 31, 0x1f, 037 or 0b11111",
            "param P in 0..0x;",
        ),
        "CB0014": Code(
            "a character constant of none or several",
            "put one character between the quotes",
            "#define A 'ab'",
        ),
        "CB0015": Code(
            "a preprocessor line that is not read in a spec", "delete it", "#pragma pack(1)"
        ),
        "CB0020": Code(
            "something else was expected here",
            "see docs/language.md for what may stand here",
            "object { }",
        ),
        "CB0021": Code("a `;` is missing", "end the line with `;`", "param P in 0..7"),
        "CB0022": Code(
            "a `{` that is never closed", "close it with `}`", "object skb { char cb[48];"
        ),
        "CB0023": Code(
            "a step or part named like a statement", "name it otherwise", "layer l { step read; }"
        ),
        "CB0024": Code(
            "`#if` around anything but members of a struct",
            "put it inside a struct, around members; for statements there is `when`",
            "layer l {\n#ifdef CONFIG_X\nstep s { }\n#endif\n}",
        ),
        "CB0025": Code(
            "a macro with parameters", "write what it stands for", "#define TWICE(x) (2 * x)"
        ),
        "CB0026": Code(
            "C code, which is not read",
            "describe the accesses with `read` and `write`",
            "int f(void) { return 0; }",
        ),
        "CB0027": Code(
            "an expectation that makes no sense",
            "expect proved, refuted, vacuous or excluded",
            "proposal now { expect kept unknown; }",
        ),
        "CB0028": Code(
            "`=` or `for` with more than one place, or both",
            "write one statement for each place",
            "",
        ),
        "CB0029": Code(
            "a type or an attribute that is not modelled",
            "write the type out with the layout it has",
            "",
        ),
        "CB0300": Code(
            "an artefact cannot be had: no such file, no permission, a folder without a kernel "
            "or modules",
            "check the path; without one, /sys/kernel/btf/vmlinux is opened",
            "",
        ),
        "CB0301": Code(
            "a file is no BTF, no ELF file, no bzImage, and no other image of a kernel in which "
            "BTF was found",
            "name a vmlinux, a bzImage, a .ko or a .o; or copy /sys/kernel/btf/vmlinux where the "
            "kernel runs",
            "",
        ),
        "CB0302": Code(
            "an artefact's wrapping is broken: compression, ELF headers, the setup header of "
            "a bzImage",
            "it is truncated or damaged: copy it again",
            "",
        ),
        "CB0303": Code(
            "an artefact is compressed in a way that is not read here",
            "for zstd `pip install zstandard`; else unpack it first",
            "",
        ),
        "CB0304": Code(
            "an artefact has neither BTF nor DWARF, so nothing in it tells how its structs lie",
            "build the kernel with CONFIG_DEBUG_INFO_BTF, or give an object its BTF with `gcc "
            "-g` and `pahole -J`",
            "",
        ),
        "CB0305": Code(
            "types break a rule: a piece that is cut off, an id or a name that is not there, a "
            "struct that holds itself, a\n"
            "member that lies outside its struct. What is not asked for is not looked at",
            "copy or build the artefact again",
            "",
        ),
        "CB0306": Code(
            "BTF has a kind of type that is newer than what cbprove knows, and does not say how "
            "long it is, or needs it",
            "use a newer cbprove, or BTF made by an older pahole",
            "",
        ),
        "CB0307": Code(
            "which ABI an artefact is for is not told, or not the one that was said.\n"
            "Raw BTF tells byte order and the size of a `long`; an ELF file also tells the machine",
            "say which ABI it has, or leave it out where the file tells",
            "",
        ),
        "CB0308": Code(
            "a module's BTF does not go with the kernel that was opened: it is written over that "
            "of its own kernel",
            "take kernel and modules from one build",
            "",
        ),
        "CB0309": Code(
            "no type of this name is defined in what was opened",
            "check the spelling, or open the module that has it",
            "",
        ),
        "CB0310": Code(
            "DWARF is read with pyelftools, which is not installed",
            "pip install 'cbprove[artefacts]'",
            "",
        ),
        "CB0311": Code(
            "the DWARF of an object is missing, or is not in it as a whole: stripped, split off, "
            "or in sections of many",
            "compile with -g, without -gsplit-dwarf and -fdebug-types-section",
            "",
        ),
        "CB0312": Code(
            "DWARF makes no sense. clang's is refused where it lays a member over a bit-field",
            "build the file anew, with gcc where clang misplaced a bit-field",
            "",
        ),
        "CB0313": Code(
            "the C compiler that is asked about headers cannot be run",
            'install it, or let another one answer for its target: --cc "clang '
            '--target=s390x-linux-gnu", or with\n'
            "`pip install 'cbprove[cc]'` --cc \"python3 -m ziglang cc -target s390x-linux-musl\"",
            "",
        ),
        "CB0314": Code(
            "the compiler turns the headers down; its first errors are shown",
            "give it the options that these headers need",
            "",
        ),
        "CB0315": Code(
            "headers define no struct, union or typedef of one of this name: it is only "
            "declared, or not there",
            "name the header that defines it, and the options that make it do so",
            "",
        ),
        "CB0316": Code(
            "headers have no constant of this name whose value the compiler can compute as an "
            "integer of 64 bits",
            "name the header that defines it",
            "",
        ),
        "CB0317": Code(
            "a compiler gave no answer in two minutes, and was ended", "try the command by hand", ""
        ),
        "CB0318": Code(
            "a compiler is for a target that cbprove has no ABI for", "choose another target", ""
        ),
        "CB0321": Code(
            "a struct of an artefact contains itself", "the artefact is corrupt: make it again", ""
        ),
        "CB0322": Code(
            "a struct in an artefact has no layout in C: a member has a type without a size (void, "
            "a function, a struct only declared), or two members lie on each other",
            "the artefact is corrupt: make it again",
            "",
        ),
        "CB0323": Code(
            "an artefact has several different structs of one name, and the spec does not say "
            "which it means",
            "name it X___MODULE in the spec, or open one of the modules alone",
            "",
        ),
        "CB0324": Code(
            "an artefact has none of the structs that a spec declares",
            "name the artefact that has them",
            "",
        ),
        "CB0325": Code("a file cannot be written", "check the folder and its permissions", ""),
        "CB0326": Code(
            "there is no such member to lay structs over",
            "name it as STRUCT.MEMBER: --over sk_buff.cb",
            "",
        ),
        "CB0327": Code(
            "--at gives an offset to something that was not asked for",
            "ask for it as well: --struct X --at X=32",
            "",
        ),
        "CB0328": Code(
            "a name is that of another kind of type: a typedef was asked for as a struct, say",
            "ask with --struct, --union, --typedef or --enum",
            "",
        ),
        "CB0340": Code(
            "a file that was given as a patch holds none",
            "give a unified diff, a mail that holds one, or a mailbox: `git show`, `b4 am "
            "-o- MSGID`",
            "",
        ),
        "CB0341": Code(
            "a patch is broken off, or its lines were changed on the way",
            "take the whole patch again, as it was sent; not copied from a terminal",
            "",
        ),
        "CB0342": Code(
            "a patch does not apply to the structs of a model, neither as one to come nor as one "
            "that is in already",
            "give the --model of its kernel, or a spec of your own",
            "",
        ),
        "CB0343": Code(
            "a patch is longer than 32 MB", "give the part of it that changes headers", ""
        ),
        "CB0344": Code(
            "a patch changes a struct that does not lie as its text says, in a way that its pins "
            "cannot follow",
            "pin it by hand in a spec of your own",
            "",
        ),
        "CB0345": Code(
            "a patch does not apply to the tree that --source names, neither as one to come nor "
            "as one that is in already",
            "give the tree that the patch is for",
            "",
        ),
        "CB0346": Code(
            "a `.cbprove.toml` has a setting that there is none of, of another kind, or a path "
            "that leads nowhere",
            "the settings are specs, model, accessors, headers, include, compile_commands "
            "and vmlinux",
            "",
        ),
        "CB0347": Code(
            "a patch changes a struct, or one that is embedded in a struct, that has members "
            "under a condition (`#if`)\n"
            "in the model: a patch has its lines, and not the condition that each of them "
            "stands under",
            "change the struct in a copy of the spec, and give both: cbprove diff BASE HEAD",
            "",
        ),
        "CB0330": Code(
            "a struct of an artefact has a vector (`vector_size`) in it: its alignment hangs on "
            "the options of the compiler,\n"
            "and DWARF does not say it, so that no struct with such a member can be laid "
            "out from it",
            "take a struct without it, or write the vector out, with the alignment that the "
            "compiler gave it",
            "",
        ),
        "CB0329": Code(
            "a spec is not about the ABI of the artefact that it is compared with",
            "add the ABI to the spec's `abi` line, or name another artefact",
            "",
        ),
    }
)

VERDICTS: Mapping[str, Code] = MappingProxyType(
    {
        "CB2000": Code(
            "proved: the property holds on every run, of every number of turns.\n"
            "A run that reaches what it claims was found and replayed, so the proof is about "
            "something. What it rests\n"
            "on besides: the assumptions that the report lists, and what the spec says of the code",
            "-v shows the run that reaches it",
            "",
        ),
        "CB2001": Code(
            "refuted: some run breaks the property; the report shows a shortest one.\n"
            "The map has a row for each step that touched the bytes, and a column for each byte. "
            "A capital is stored\n"
            "by the row's step, a small letter lay there before. The reference replayed the run "
            "before it was shown",
            "move a view, make a struct smaller, save the bytes with `copy`, or say `expect P "
            "refuted`",
            "",
        ),
        "CB2002": Code(
            "unknown: undecided, or only decidable past a limit; the reason says which.\n"
            "It is never taken for a proof. The query is saved, and can be given to any SMT solver",
            "try again as the report says: a higher --bound, --resources or --timeout",
            "",
        ),
        "CB2003": Code(
            "vacuous: proved, for every number of turns, that no run reaches what the property "
            "claims.\n"
            "Nothing was asked, so nothing is known. Often a step is missing from the path, or "
            "an assumption rules\n"
            "all runs out",
            "run both steps on one object in one path; if that is as it should be, say `expect P "
            "vacuous`",
            "",
        ),
        "CB2004": Code(
            "mixed: the candidates of a proposal do not share a verdict; the report says how "
            "many have which, and\n"
            "where",
            "decide more axes, or say `expect P proved when COND, refuted otherwise`",
            "",
        ),
        "CB2005": Code(
            "excluded: a `require` rules the candidate out, as a BUILD_BUG_ON does; nothing else "
            "is judged",
            "choose other values, or say `expect excluded`",
            "",
        ),
        "CB2006": Code(
            "proved up to N turns: no run of so many turns of each loop breaks the property, and "
            "no proof for all was\n"
            "found."
            " A bound never rounds up: this does not meet `expect P proved`",
            "raise --bound, or say `expect P proved up to N`",
            "",
        ),
    }
)

# What people call a verdict by, for `explain refuted`.
NAMES: Mapping[str, str] = MappingProxyType(
    {code.meaning.partition(":")[0].lower(): key for key, code in VERDICTS.items()}
)
