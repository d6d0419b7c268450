"""Who needs the bytes that a new member would store to: those who read, behind its store, what was
there before it.

A store behind the life's first step is harmless at a byte if nobody reads it as his own afterwards,
carries it elsewhere or assumes something of it. Of a view that reads its own members' bits wherever
it reads, the prover says for each byte whether it still does with the new store in front of it
(`owned`, the place a free term). Not judged so are a view that reads what others left, on purpose or
not, and all of which no `owned` speaks: what is read through no view, or as long as a length says,
and a view that an index may leave. Each byte of theirs that is read behind the store is needed,
which may be too many and never too few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cbprove.slots.between import Use

Steps = tuple[tuple[str, str], ...]  # with their layers

# From names of properties to their texts, and whether the new member is stored somewhere: the
# places at which each of them is proved
Proved = Callable[[Mapping[str, str], bool], Mapping[str, frozenset[int]]]


def needs(
    reads: Sequence[tuple[Use, frozenset[int]]], size: int, proved: Proved
) -> dict[int, Steps]:
    """For each of `size` bytes the steps that need it; `reads` are all that can run behind the
    store, each with the bytes that it may read."""
    views = list(dict.fromkeys(use.view for use, read in reads if use.view and read))
    claims = {f"free_own_{number}": view for number, view in enumerate(views)}
    texts = {name: f"property {name}: owned {view};\n" for name, view in claims.items()}
    before, behind = (proved(texts, stored) if texts else {} for stored in (False, True))
    own = {view: behind[name] for name, view in claims.items() if before[name]}
    every = frozenset(range(size))
    needed: dict[int, dict[tuple[str, str], None]] = {}
    for use, read in reads:
        for byte in every - own[use.view] if use.view in own else read:
            needed.setdefault(byte, {})[use.step, use.layer] = None
    return {byte: tuple(steps) for byte, steps in needed.items()}
