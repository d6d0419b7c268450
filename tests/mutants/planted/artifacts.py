"""Faults in reading layouts from files, and in writing them down."""

from __future__ import annotations

from tests.mutants.planting import BTF, DWARF, ELF, GRAPH, IDENTITY, LEB, OPENING, TEXT, planted

FAULTS = (
    *planted(
        "artifacts/btf/format.py",
        BTF,
        (
            "an enumeration of 64 bits has two words for each value",
            "        ENUM64: (0, 3),",
            "        ENUM64: (0, 2),",
        ),
        (
            "words of the other byte order are not turned round",
            "    if order != sys.byteorder:\n        words.byteswap()\n",
            "",
        ),
        (
            "strings begin where types do",
            'strings = _part(data, length, places[2], places[3], "strings", name)',
            'strings = _part(data, length, places[0], places[3], "strings", name)',
        ),
        ("the last record may be cut off", "        if at != end:", "        if at < end:"),
    ),
    *planted(
        "artifacts/btf/records.py",
        BTF,
        (
            "a struct has 65,535 members at most",
            "Record(ref, info >> 24 & 0x7F, info & 0xFFFFFF,",
            "Record(ref, info >> 24 & 0x7F, info & 0xFFFF,",
        ),
        (
            "a module's types begin where its base's last one is",
            "        return self.base.end if self.base else 1",
            "        return self.base.end - 1 if self.base else 1",
        ),
        (
            "a module's first string is its base's",
            "        if self.base and offset < self.text:\n            return self.base.string(offset)",
            "        if self.base and offset <= self.text:\n            return self.base.string(offset)",
        ),
    ),
    *planted(
        "artifacts/btf/nodes.py",
        BTF,
        (
            "the width of a bit-field is a part of its offset",
            "        offset &= 0xFFFFFF",
            "        offset &= 0xFFFFFFFF",
        ),
        (
            "a bit-field of the old style begins where its integer does",
            "offset, bits = offset + (encoding >> 16 & 0xFF), encoding & 0xFF",
            "offset, bits = offset, encoding & 0xFF",
        ),
        (
            "the halves of a value of 64 bits are exchanged",
            "        value = high << 32 | low",
            "        value = low << 32 | high",
        ),
        ("values of signed enumerations are positive", "_signed(value, 32) if record.flag else value", "value"),
        (
            "integers are signed if they are characters",
            "    signed, boolean = encoding >> 24 & 1,",
            "    signed, boolean = encoding >> 24 & 2,",
        ),
        (
            "an array has as many elements as its index has types",
            "    element, _, count = record.section",
            "    element, count, _ = record.section",
        ),
        (
            "unnamed bit-fields are members",
            " for member in members if member.name is not None or member.bits is None)",
            " for member in members)",
        ),
        (
            "unions are structs",
            '"struct" if record.kind == form.STRUCT else "union", unit.tag(record)',
            '"struct", unit.tag(record)',
        ),
    ),
    *planted(
        "artifacts/btf/reader.py",
        OPENING,
        (
            "a module may lie over another kernel's strings",
            "if section.order != base.section.order or not all(map(records.begins, section.names())):",
            "if section.order != base.section.order:",
        ),
    ),
    *planted(
        "artifacts/btf/reader.py",
        BTF,
        (
            "what is only declared is defined",
            "    return _KINDS.get(record.kind) == kind and not is_forward(record)",
            "    return _KINDS.get(record.kind) == kind",
        ),
    ),
    *planted(
        "artifacts/dwarf/nodes.py",
        DWARF,
        (
            "old bit-fields of big-endian ABIs are counted down",
            'return start + down if self._order == "big" else start',
            "return start",
        ),
        (
            "old bit-fields are counted from their last bit",
            "8 * self._storage(entry) - down - bits",
            "8 * self._storage(entry) - down",
        ),
        (
            "an array ends one element early",
            "    return 0 if upper is None else upper + 1",
            "    return 0 if upper is None else upper",
        ),
        (
            "arrays of arrays are turned round",
            "        for bound in reversed(bounds[1:]):",
            "        for bound in bounds[1:]:",
        ),
        (
            "signed characters are unsigned",
            "_BOOLEAN, _SIGNED, _FLOATS = 2, (5, 6, 0xD)",
            "_BOOLEAN, _SIGNED, _FLOATS = 2, (5, 0xD)",
        ),
        (
            "members are counted in bytes",
            "        offset = 8 * entry.location() if bits is None",
            "        offset = entry.location() if bits is None",
        ),
        (
            "a struct that is only declared is empty",
            'return Forward("struct", entry.name or "") if entry.declared else',
            "return",
        ),
    ),
    *planted(
        "artifacts/dwarf/entry.py",
        DWARF,
        (
            "references count from the file's first byte",
            "            return self.file.unit(self.ref).start + value",
            "            return value",
        ),
        (
            "an array without elements has very many",
            "if value in (None, -1, (1 << 32) - 1, (1 << 64) - 1):",
            "if value in (None, -1, (1 << 64) - 1):",
        ),
    ),
    *planted(
        "artifacts/dwarf/relocate.py",
        DWARF,
        ("a relocation forgets its addend", "((symbol + addend) % (1 << 8 * size))", "(symbol % (1 << 8 * size))"),
        (
            "addends that lie in the section are none",
            "        addend = int.from_bytes(data[offset:end], order)",
            "        addend = 0",
        ),
    ),
    *planted(
        "artifacts/dwarf/scan.py",
        LEB,
        ("numbers of several bytes have seven bits", "        shift += 7\n", "        shift += 8\n"),
    ),
    *planted(
        "artifacts/dwarf/scan.py",
        DWARF,
        (
            "what lies inside a struct is defined by its unit",
            "        if depth == 1:\n            yield",
            "        if depth >= 1:\n            yield",
        ),
    ),
    *planted(
        "artifacts/files/elf.py",
        ELF,
        ("headers of 32 bits are read as those of 64", "    word = 32 * data[4]", "    word = 64"),
        ("sections of no bytes have some", "        if kind != _NOBITS:", "        if kind != 0:"),
        (
            "a section may lie past the end of its file",
            "        if place.offset + place.size > len(self.data):",
            "        if place.offset > len(self.data):",
        ),
        ("more than 65,279 sections have no names", "names if names != 0xFFFF else first[6]", "names"),
    ),
    *planted(
        "artifacts/identity.py",
        IDENTITY,
        (
            "where members lie makes no difference",
            "parts += [member.name, member.offset, member.bits,",
            "parts += [member.name, member.bits,",
        ),
        (
            "a struct is known by its tag",
            "        if node.tag is not None and not held:\n            return Seen(_digest(node.kind",
            "        if node.tag is not None:\n            return Seen(_digest(node.kind",
        ),
        (
            "members may lie outside of their struct",
            "if member.bits is None else member.bits) > 8 * node.size:",
            "if member.bits is None else member.bits) > 8 * node.size + 8:",
        ),
    ),
    *planted(
        "artifacts/records.py",
        GRAPH,
        ("where a member was found is forgotten", "member.align, at=member.offset)", "member.align, at=0)"),
        (
            "a long has the size that its name has here",
            "if full in abi.scalars and abi.scalars[full].size == node.size:",
            "if full in abi.scalars:",
        ),
        ("a small enumeration is as large as an int", "packed=node.size < 4)", "packed=False)"),
        (
            "a function takes no parameters",
            'told = [declaration(types, parameter, "", names) for parameter in parameters]',
            'told = [declaration(types, parameter, "", names) for parameter in parameters[1:]]',
        ),
    ),
    *planted(
        "artifacts/text.py",
        TEXT,
        (
            "members of anonymous structs are placed from its start",
            "    byte, bit = divmod(base + member.offset, 8)",
            "    byte, bit = divmod(member.offset, 8)",
        ),
        (
            "structs inside structs begin at the outermost one",
            "self._members(types, inner, base + member.offset, depth + 1)",
            "self._members(types, inner, member.offset, depth + 1)",
        ),
        ("bit-fields have no width", 'width = "" if member.bits is None else f":{member.bits}"', 'width = ""'),
        (
            "alignments that were found are not written",
            'align = f" __aligned({node.align})" if node.align else ""\n                head',
            'align = ""\n                head',
        ),
        ("small enumerations are not packed", 'packed = " __packed" if node.size < 4 else ""', 'packed = ""'),
        (
            "a constant may have the name of another",
            "        while free in self.taken:",
            "        while free in self.constants:",
        ),
    ),
    *planted(
        "artifacts/needs.py",
        TEXT,
        (
            "arrays need nothing by value",
            "            case Qualified(type=to) | Array(element=to):\n                self._below(types, to)",
            "            case Qualified(type=to):\n                self._below(types, to)",
        ),
        (
            "a typedef is the language's scalar of that name whatever it is here",
            "        return mine in scalars and scalars[mine] == scalars[made.name]",
            "        return mine in scalars",
        ),
    ),
)
