"""Makes the BTF fixtures and the answers beside them: `python -m tests.artifacts.make_fixtures`.

It takes compilers, pahole and bpftool. Raw BTF and ELF for both byte orders and both word sizes, by
gcc and pahole and by clang's BPF target; a module over a kernel. The answers are bpftool's, so that
they do not come from the reader that they are compared with.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.artifacts import bpftool

HERE = Path(__file__).parent / "btf"
COMPILERS = {
    "x86_64": "gcc -g",
    "i386": "gcc -m32 -g",
    "s390x": "s390x-linux-gnu-gcc -g",
    "m68k": "m68k-linux-gnu-gcc -g",
    "bpfeb": "clang -target bpfeb -g",
}
ELF = ("i386", "m68k", "s390x")  # kept as files with sections, the others as raw BTF


def main() -> None:
    """Writes every file of the folder `btf` but the C sources."""
    with TemporaryDirectory() as folder:
        for target in COMPILERS:
            _fixture(target, Path(folder))
        module(HERE / "module.c", "x86_64", Path(folder))
    for path in sorted((*HERE.glob("*.o"), *HERE.glob("*.btf"))):
        base = HERE / "x86_64.btf" if path.stem == "module" else None
        path.with_suffix(".txt").write_text(answers(path, base), encoding="utf-8")


def _fixture(target: str, folder: Path) -> None:
    file = folder / f"{target}.o"
    run(f"{COMPILERS[target]} -O1 -c {HERE / 'kernel.c'} -o {file}")
    if "clang" not in COMPILERS[target]:
        run(f"pahole -J {file}")
    raw = section(file, folder / f"{target}.btf")
    if target not in ELF:
        (HERE / raw.name).write_bytes(raw.read_bytes())
        return
    # Nothing but the section: an object without code, DWARF and symbols is a tenth as large.
    empty = folder / "empty.c"
    empty.write_text("", encoding="utf-8")
    run(f"{COMPILERS[target].replace(' -g', '')} -c {empty} -o {HERE / file.name}")
    add = COMPILERS[target].split()[0].replace("gcc", "objcopy")
    run(f"{add} --add-section .BTF={raw} {HERE / file.name}")


def module(source: Path, base: str, folder: Path) -> None:
    """Compiles a module and writes its BTF over that of `base`, which lies in `folder`."""
    file = folder / "module.o"
    run(f"{COMPILERS[base]} -c {source} -o {file}")
    run(f"pahole -J --btf_base {folder / base}.o {file}")
    (HERE / "module.btf").write_bytes(section(file, folder / "module.btf").read_bytes())


def section(file: Path, raw: Path) -> Path:
    """Copies the section of BTF out of an object of any machine."""
    run(f"llvm-objcopy --dump-section .BTF={raw} {file} {raw}.scratch")
    return raw


def answers(path: Path, base: Path | None) -> str:
    """One line for each type: its id and its node, as bpftool reads it."""
    below = None if base is None else bpftool.records(base)
    own = bpftool.records(path, base)
    reading = bpftool.Reading(own, below)
    return "".join(
        f"{ref} {reading.node(ref)!r}\n" for ref in own if own[ref]["kind"] not in bpftool.NO_TYPES
    )


def run(command: str) -> None:
    subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
