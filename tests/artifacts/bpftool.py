"""What bpftool says of a BTF file, as nodes of the model: another reading of the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cbprove.artifacts.model import (
    Array,
    Composite,
    Enumeration,
    Forward,
    Function,
    Member,
    Node,
    Number,
    Pointer,
    Qualified,
    Ref,
    Typedef,
)

NAME = "bpftool"
_WORDS = {"CONST": "const", "VOLATILE": "volatile", "RESTRICT": "restrict"}
NO_TYPES = frozenset(("FUNC", "VAR", "DATASEC", "DECL_TAG", "TYPE_TAG"))


def installed() -> bool:
    return shutil.which(NAME) is not None


def records(path: Path, base: Path | None = None) -> dict[Ref, dict[str, Any]]:
    """Every record of a file (of a module: its own only), by id."""
    over = [] if base is None else ["--base-btf", str(base)]
    command = [NAME, "-j", *over, "btf", "dump", "file", str(path)]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    return {each["id"]: each for each in json.loads(output)["types"]}


class Reading:
    """Records as nodes; `below` are those of the base."""

    def __init__(
        self, own: Mapping[Ref, dict[str, Any]], below: Mapping[Ref, dict[str, Any]] | None = None
    ) -> None:
        self.own = own
        self.all = {**(below or {}), **own}

    def ref(self, ref: Ref) -> Ref | None:
        """Type tags are looked through."""
        while ref and self.all[ref]["kind"] == "TYPE_TAG":
            ref = self.all[ref]["type_id"]
        return ref or None

    def node(self, ref: Ref) -> Node:
        said = self.all[ref]
        name = None if said["name"] == "(anon)" else said["name"]
        match said["kind"]:
            case "INT":
                kind = "bool" if said["encoding"] == "BOOL" else "int"
                return Number(said["name"], said["size"], said["encoding"] == "SIGNED", kind)  # type: ignore[arg-type]
            case "FLOAT":
                return Number(said["name"], said["size"], True, "float")
            case "PTR":
                return Pointer(self.ref(said["type_id"]))
            case "ARRAY":
                return Array(self.held(said["type_id"]), said["nr_elems"])
            case "STRUCT" | "UNION":
                members = tuple(map(self.member, said["members"]))
                return Composite(said["kind"].lower(), name, said["size"], members)
            case "ENUM" | "ENUM64" if said["vlen"] == 0 and name:
                return Forward("enum", name)
            case "ENUM" | "ENUM64":
                values = tuple(
                    (value["name"], self.value(said, value["val"]))
                    for value in said.get("values", ())
                )
                return Enumeration(name, said["size"], said["encoding"] == "SIGNED", values)
            case "FWD":
                return Forward(said["fwd_kind"], said["name"])
            case "TYPEDEF":
                return Typedef(said["name"], self.ref(said["type_id"]))
            case "FUNC_PROTO":
                return self.function(said)
            case word:
                return Qualified(_WORDS[word], self.ref(said["type_id"]))  # type: ignore[arg-type]

    @staticmethod
    def value(said: dict[str, Any], value: int) -> int:
        """bpftool prints an unsigned value of 32 bits as if its sign went on to 64."""
        return (
            value & 0xFFFFFFFF
            if said["kind"] == "ENUM" and said["encoding"] == "UNSIGNED"
            else value
        )

    def held(self, ref: Ref) -> Ref:
        found = self.ref(ref)
        assert found is not None
        return found

    def function(self, said: dict[str, Any]) -> Function:
        parameters = said["params"]
        variadic = (
            bool(parameters)
            and parameters[-1]["name"] == "(anon)"
            and parameters[-1]["type_id"] == 0
        )
        taken = parameters[:-1] if variadic else parameters
        return Function(
            self.ref(said["ret_type_id"]),
            tuple(self.ref(each["type_id"]) for each in taken),
            variadic,
        )

    def member(self, said: dict[str, Any]) -> Member:
        """A bit-field of the old style has its width in its integer."""
        ref = self.held(said["type_id"])
        offset, bits = said["bits_offset"], said.get("bitfield_size") or None
        integer = self.behind(ref)
        plain = integer is None or integer["kind"] != "INT" or "bitfield_size" in said
        if (
            integer
            and not plain
            and (integer["bits_offset"] or integer["nr_bits"] != 8 * integer["size"])
        ):
            offset, bits = offset + integer["bits_offset"], integer["nr_bits"]
        return Member(None if said["name"] == "(anon)" else said["name"], ref, offset, bits)

    def behind(self, ref: Ref | None) -> dict[str, Any] | None:
        while ref and self.all[ref]["kind"] in ("TYPEDEF", *_WORDS):
            ref = self.ref(self.all[ref]["type_id"])
        return self.all[ref] if ref else None
