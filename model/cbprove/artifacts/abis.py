"""Which ABI an artefact is for: what its headers tell, what raw BTF lets one guess, and what the user said."""

from __future__ import annotations

from cbprove.artifacts.files.elf import Elf, Order
from cbprove.artifacts.model import bad
from cbprove.layout.abi import ABIS, Abi


def named(name: str) -> Abi:
    """The ABI of this name; raises SpecError CB0307."""
    if name not in ABIS:
        raise bad("CB0307", f"there is no ABI `{name}`", f"name one of {', '.join(ABIS)}")
    return ABIS[name]


def of_machine(file: Elf, name: str, abi: Abi | None) -> Abi:
    """The ABI of an ELF file's machine, or the one that was said where cbprove has none of this machine.

    Raises SpecError CB0307, as `of_words` does.
    """
    if file.abi is None and abi is None:
        raise bad("CB0307", f"`{name}` is for ELF machine {file.machine}, of which cbprove has no ABI", _ASK)
    if file.abi is not None and abi not in (None, file.abi):
        raise bad("CB0307", f"`{name}` is for {file.abi.name}, not for {abi.name if abi else ''}", "leave the ABI out")
    return file.abi or of_words(file.order, file.word, name, abi)


def of_words(order: Order, word: int | None, name: str, said: Abi | None) -> Abi:
    """The ABI that was said, if it has this byte order and these bytes in a pointer (None: not told); else one that does."""
    if said is not None:
        if said.endianness != order or word not in (None, said.pointer_size):
            text = f"{order}-endian" + (f" with pointers of {word} bytes" if word else "")
            raise bad("CB0307", f"`{name}` is {text}, which {said.name} is not", "name another ABI, or none")
        return said
    fitting = (abi for abi in ABIS.values() if (abi.endianness, abi.pointer_size) == (order, word))
    found = next(fitting, None)
    if found is None:
        raise bad("CB0307", f"nothing in `{name}` tells how large a pointer is", _ASK)
    return found


_ASK = f"say which ABI it has: {', '.join(ABIS)}"
