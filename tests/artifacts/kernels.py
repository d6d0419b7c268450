"""Answers for real kernels, as hashes of bpftool's reading: `python -m tests.artifacts.kernels NAME
VMLINUX` writes one.

An answer is the file `btf/kernels/NAME.txt`: the sha256 of the kernel's raw BTF, how many names of
structs and unions it has with one hash over all of them, and a hash for each of some.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

from cbprove.artifacts.files import elf
from cbprove.artifacts.lookup import fingerprints
from cbprove.artifacts.model import Composite, Ref, Types
from cbprove.layout.abi import ABIS
from tests.artifacts import bpftool
from tests.artifacts.reading import FIXTURES

FOLDER = FIXTURES / "kernels"
SOME = frozenset(
    (
        "sk_buff",
        "skb_shared_info",
        "inet_skb_parm",
        "inet6_skb_parm",
        "ipcm_cookie",
        "tcp_skb_cb",
        "skb_gso_cb",
        "napi_gro_cb",
        "qdisc_skb_cb",
        "tc_skb_cb",
        "bpf_skb_data_end",
        "xfrm_skb_cb",
        "dev_kfree_skb_cb",
        "netlink_skb_parms",
        "sock_skb_cb",
        "udp_skb_cb",
        "task_struct",
        "net_device",
        "sock",
        "page",
        "file",
        "inode",
        "tcp_sock",
        "ethhdr",
        "iphdr",
        "ipv6hdr",
        "tcphdr",
        "request",
        "bio",
        "mm_struct",
    )
)


def answer(data: bytes, types: Types, refs: Mapping[str, tuple[Ref, ...]]) -> str:
    """The text of an answer; `data` is the raw BTF, `refs` are the definitions of every name."""
    flat = [(name, ref) for name in refs for ref in refs[name]]
    digests = fingerprints(types, (ref for _, ref in flat))
    lines = sorted({f"{name} {digest}" for (name, _), digest in zip(flat, digests, strict=True)})
    some = (line for line in lines if line.split()[0] in SOME)
    return (
        "\n".join((sha256(data), f"{len(refs)} {sha256(chr(10).join(lines).encode())}", *some))
        + "\n"
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def raw(path: Path) -> bytes:
    """The BTF of a kernel, raw or in an ELF file."""
    data = path.read_bytes()
    return elf.read(data, path.name).section(".BTF") or b"" if data.startswith(b"\x7fELF") else data


def found(types: Types) -> dict[str, tuple[Ref, ...]]:
    """Every struct and union with a tag, as a reader finds them."""
    names = dict.fromkeys((*types.names("struct"), *types.names("union")))
    return {name: types.find("struct", name) + types.find("union", name) for name in names}


class Oracle(bpftool.Reading):
    """bpftool's reading, as far as an answer needs it."""

    name, origin, abi = "bpftool", "", ABIS["x86_64"]

    def find(self, kind: str, name: str) -> tuple[Ref, ...]:
        raise NotImplementedError

    def names(self, kind: str) -> tuple[str, ...]:
        raise NotImplementedError

    def found(self) -> dict[str, tuple[Ref, ...]]:
        """Every struct and union with a tag."""
        refs: dict[str, tuple[Ref, ...]] = {}
        for ref, said in self.own.items():
            node = self.node(ref) if said["kind"] in ("STRUCT", "UNION") else None
            if isinstance(node, Composite) and node.tag:
                refs[node.tag] = (*refs.get(node.tag, ()), ref)
        return refs


def main(name: str, path: Path) -> None:
    """Writes the answer for a kernel, whose BTF is raw or in an ELF file."""
    oracle = Oracle(bpftool.records(path))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.txt").write_text(answer(raw(path), oracle, oracle.found()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
