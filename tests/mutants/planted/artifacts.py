"""Faults in reading layouts from files, in writing them down, and in programs of runs."""

from __future__ import annotations

from tests.mutants.planting import (
    BTF,
    DWARF,
    ELF,
    GRAPH,
    IDENTITY,
    LEB,
    OPENING,
    PROGRAMS,
    TEXT,
    planted,
)

FAULTS = (
    *planted(
        "artifacts/btf/format.py",
        BTF,
        (
            "an enumeration of 64 bits has two words for each value",
            "",
            (
                "{INT: (1, 0), ARRAY: (3, 0), STRUCT: (0, 3), UNION: (0, 3), ENUM: (0, 2), FUNC_PROTO: (0, 2), "
                "VAR: (1, 0), DATASEC: (0, 3), DECL_TAG: (1, 0), ENUM64: (0, 3)}"
            ),
            (
                "{INT: (1, 0), ARRAY: (3, 0), STRUCT: (0, 3), UNION: (0, 3), ENUM: (0, 2), FUNC_PROTO: (0, 2), "
                "VAR: (1, 0), DATASEC: (0, 3), DECL_TAG: (1, 0), ENUM64: (0, 2)}"
            ),
        ),
    ),
    *planted(
        "artifacts",
        BTF,
        (
            "words of the other byte order are not turned round",
            "_words",
            "if order != sys.byteorder:\n    words.byteswap()\nreturn words",
            "return words",
        ),
    ),
    *planted(
        "artifacts/btf/format.py",
        BTF,
        (
            "strings begin where types do",
            "read",
            "_part(data, length, offset=places[2], size=places[3], part='strings', name=name)",
            "_part(data, length, places[0], places[3], 'strings', name)",
        ),
    ),
    *planted(
        "artifacts",
        BTF,
        (
            "the last record may be cut off",
            "Section.scan",
            "if at != end:\n    raise self._stopped(starts)",
            "if at < end:\n    raise self._stopped(starts)",
        ),
    ),
    *planted(
        "artifacts/btf/format.py",
        BTF,
        (
            "a struct has 65,535 members at most",
            "Records.record",
            "info & 16777215",
            "info & 65535",
        ),
    ),
    *planted(
        "artifacts",
        BTF,
        (
            "a module's types begin where its base's last one is",
            "Records.first",
            "self.base.end if self.base else 1",
            "self.base.end - 1 if self.base else 1",
        ),
        (
            "a module's first string is its base's",
            "Records.string",
            "offset < self.text",
            "offset <= self.text",
        ),
        (
            "the width of a bit-field is a part of its offset",
            "_member",
            "offset &= 16777215",
            "offset &= 4294967295",
        ),
        (
            "a bit-field of the old style begins where its integer does",
            "_member",
            "offset + (encoding >> 16 & 255)",
            "offset",
        ),
        (
            "the halves of a value of 64 bits are exchanged",
            "_values64",
            "high << 32 | low",
            "low << 32 | high",
        ),
        (
            "values of signed enumerations are positive",
            "_values32",
            "_signed(value, 32) if record.flag else value",
            "value",
        ),
    ),
    *planted(
        "artifacts/btf/reader.py",
        BTF,
        (
            "integers are signed if they are characters",
            "_number",
            "encoding >> 24 & 1",
            "encoding >> 24 & 2",
        ),
    ),
    *planted(
        "artifacts",
        BTF,
        (
            "an array has as many elements as its index has types",
            "_array",
            "element, _, count = record.section.words[record.at:record.at + 3]",
            "element, count, _ = record.section.words[record.at:record.at + 3]",
        ),
        (
            "unnamed bit-fields are members",
            "_composite",
            "(member for member in members if member.name is not None or member.bits is None)",
            "(member for member in members)",
        ),
        (
            "unions are structs",
            "_composite",
            "'struct' if record.kind == form.STRUCT else 'union'",
            "'struct'",
        ),
    ),
    *planted(
        "artifacts",
        OPENING,
        (
            "a module may lie over another kernel's strings",
            "over",
            "section.order != base.section.order or not all(map(records.begins, section.names()))",
            "section.order != base.section.order",
        ),
    ),
    *planted(
        "artifacts",
        BTF,
        (
            "what is only declared is defined",
            "_defines",
            "_KINDS.get(record.kind) == kind and (not is_forward(record))",
            "_KINDS.get(record.kind) == kind",
        ),
    ),
    *planted(
        "artifacts",
        DWARF,
        (
            "old bit-fields of big-endian ABIs are counted down",
            "Reader._bit_offset",
            "start + down if self._order == 'big' else start + 8 * self._storage(entry) - down - bits",
            "start + 8 * self._storage(entry) - down - bits",
        ),
        (
            "old bit-fields are counted from their last bit",
            "Reader._bit_offset",
            "start + 8 * self._storage(entry) - down - bits",
            "start + 8 * self._storage(entry) - down",
        ),
        (
            "an array ends one element early",
            "_count",
            "0 if upper is None else upper + 1",
            "0 if upper is None else upper",
        ),
        (
            "arrays of arrays are turned round",
            "Reader._array",
            "reversed(bounds[1:])",
            "bounds[1:]",
        ),
    ),
    *planted(
        "artifacts/dwarf/nodes.py",
        DWARF,
        (
            "signed characters are unsigned",
            "",
            "(2, (5, 6, 13), (3, 4, 9, 15))",
            "(2, (5, 13), (3, 4, 9, 15))",
        ),
    ),
    *planted(
        "artifacts",
        DWARF,
        (
            "members are counted in bytes",
            "Reader._member",
            "8 * entry.location()",
            "entry.location()",
        ),
        (
            "a struct that is only declared is empty",
            "Reader._node",
            "_1 if entry.declared else self._composite(entry, 'struct')",
            "self._composite(entry, 'struct')",
        ),
        (
            "references count from the file's first byte",
            "Entry._target",
            "self.file.unit(self.ref).start + value",
            "value",
        ),
        (
            "an array without elements has very many",
            "Entry.upper_bound",
            "(None, -1, (1 << 32) - 1, (1 << 64) - 1)",
            "(None, -1, (1 << 64) - 1)",
        ),
        ("a relocation forgets its addend", "_store", "symbol + addend", "symbol"),
        (
            "addends that lie in the section are none",
            "_store",
            "int.from_bytes(data[offset:end], order)",
            "0",
        ),
    ),
    *planted(
        "artifacts",
        LEB,
        ("numbers of several bytes have seven bits", "_uleb", "shift += 7", "shift += 8"),
    ),
    *planted(
        "artifacts",
        DWARF,
        (
            "what lies inside a struct is defined by its unit",
            "_outermost",
            "if depth == 1:",
            "if depth >= 1:",
        ),
    ),
    *planted(
        "artifacts/files/elf.py",
        ELF,
        ("headers of 32 bits are read as those of 64", "_read", "word = 32 * data[4]", "word = 64"),
    ),
    *planted(
        "artifacts",
        ELF,
        ("sections of no bytes have some", "_places", "kind != _NOBITS", "kind != 0"),
        (
            "a section may lie past the end of its file",
            "Elf.section",
            "place.offset + place.size > len(self.data)",
            "place.offset > len(self.data)",
        ),
        (
            "more than 65,279 sections have no names",
            "_places",
            "names if names != 65535 else first[6]",
            "names",
        ),
    ),
    *planted(
        "artifacts",
        IDENTITY,
        (
            "where members lie makes no difference",
            "_Walk._composite",
            "[member.name, member.offset, member.bits, member.align, within.digest]",
            "[member.name, member.bits, member.align, within.digest]",
        ),
        (
            "a struct is known by its tag",
            "_Walk._composite",
            "node.tag is not None and (not by_value)",
            "node.tag is not None",
        ),
        (
            "members may lie outside of their struct",
            "_Walk._placed",
            "if _1 > 8 * node.size:",
            "if _1 > 8 * node.size + 8:",
        ),
    ),
    *planted(
        "artifacts",
        GRAPH,
        ("where a member was found is forgotten", "Records._field", "member.offset", "0"),
        (
            "a long has the size that its name has here",
            "integer_name",
            "full in abi.scalars and abi.scalars[full].size == node.size",
            "full in abi.scalars",
        ),
        (
            "a small enumeration is as large as an int",
            "enumeration",
            "c.Enum(node.tag, min(values), max(values), packed=node.size < 4)",
            "c.Enum(node.tag, min(values), max(values), packed=False)",
        ),
        (
            "a function takes no parameters",
            "_declared",
            "[declaration(types, parameter, '', names) for parameter in parameters]",
            "[declaration(types, parameter, '', names) for parameter in parameters[1:]]",
        ),
    ),
    *planted(
        "artifacts",
        TEXT,
        (
            "members of anonymous structs are placed from its start",
            "_place",
            "base + member.offset",
            "member.offset",
        ),
        (
            "structs inside structs begin at the outermost one",
            "_Writer._member",
            "base + member.offset",
            "member.offset",
        ),
        (
            "bit-fields have no width",
            "_Writer._member",
            "'' if member.bits is None else f':{member.bits}'",
            "''",
        ),
        (
            "alignments that were found are not written",
            "_Writer._definition",
            "f' __aligned({node.align})' if node.align else ''",
            "''",
        ),
        (
            "small enumerations are not packed",
            "_Writer._enum",
            "' __packed' if node.size < 4 else ''",
            "''",
        ),
        (
            "a constant may have the name of another",
            "_Writer._constant",
            "free in self.taken",
            "free in self.constants",
        ),
        (
            "arrays need nothing by value",
            "Gathering._below",
            "case Qualified(type=target) | Array(element=target)",
            "case Qualified(type=target)",
        ),
        (
            "a typedef is the language's scalar of that name whatever it is here",
            "Gathering.is_known",
            "definition_known in scalars and scalars[definition_known] == scalars[scalar.name]",
            "definition_known in scalars",
        ),
    ),
    *planted(
        "reproduce",
        PROGRAMS,
        (
            "an index beyond its array is named",
            "Places.lvalue",
            "not 0 <= spot.inputs[name] < self._elements(place, before, stride)",
            "False",
        ),
        (
            "what lies beyond its view moves with it",
            "Places.fix",
            "spot.place.view is not None",
            "False",
        ),
        (
            "a copy from nowhere moves with its view",
            "Statements.copied",
            "any(not 0 <= bit + shift < len(before) for bit in lost)",
            "False",
        ),
        (
            "a bit that breaks by when it is read moves",
            "Claim.fixed",
            "not all(disallowed(each.actual) for each in self.broken.bits)",
            "False",
        ),
        ("an access is as long as its place", "Checks._reach", "length is None", "True"),
        (
            "an object that no line names is declared",
            "_Writer._variables",
            "places.objects[key] in spoken",
            "True",
        ),
    ),
)
