"""What a claim asks: the bits that it is about, and which stores to them it allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cbprove.evidence.followed import LOST, PENDING, Bit, Position, Wrong, low_bit, member_bits
from cbprove.evidence.lengths import longest
from cbprove.evidence.ways import Env
from cbprove.properties.events import ClaimMade, SameMember, Stored, Unchanged
from cbprove.system.expressions import Leaf, Place
from cbprove.system.program import Program
from cbprove.system.statements import Clear, Write


class Question:
    """A claim, and where it is made. `wanted` has member and position of each bit; `reader` is the
    object that it is about, `reading` the step that makes it, while the walk is in it."""

    def __init__(self, program: Program, claim: ClaimMade, env: Env) -> None:
        self.program, self.claim = program, claim
        self.reader, self.reading = env.current, env.began
        self.wanted: list[tuple[Position, int]] = []

    @property
    def begins(self) -> bool:
        """Whether only runs make the claim in which some step ended before."""
        return isinstance(self.claim, Unchanged) or (
            isinstance(self.claim, Stored) and self.claim.since is not None
        )

    def bits(self, env: Env) -> Iterator[Bit]:
        """The bits that the claim is about; `wanted` says member and position of each."""
        match self.claim:
            case Unchanged(places=places):
                for number, place in enumerate(places):
                    yield from self._want(place, env, [(number, i, i) for i in member_bits(place)])
            case SameMember(place=place, length=length):
                bits = [(x, x.at + i, x.offset + i) for x in place.leaves for i in range(x.width)]
                limit = place.width if length is None else 8 * longest(self.program, length)
                yield from self._want(place, env, [bit for bit in bits if bit[2] < limit])
            case Stored(place=place, length=length) as claim:
                limit = place.width if length is None else 8 * longest(self.program, length)
                bits_asked = [bit for bit in member_bits(place) if bit < limit]
                if claim.all_bytes:
                    bits_asked = list(range(min(limit, place.size + 1)))
                yield from self._want(place, env, [(None, i, i) for i in bits_asked])
            case _:
                raise Wrong("what the property claims is not where bits come from")

    def _want(
        self, place: Place, env: Env, bits: Sequence[tuple[Position, int, int]]
    ) -> Iterator[Bit]:
        if place.indexes:
            raise Wrong(f"an input says where {place.text} lies")
        low = low_bit(place)
        for position, at, offset in bits:
            if not 0 <= low + offset < place.size:
                raise Wrong(f"{place.text} may be read outside of its object")
            yield Bit(env.thing(place).label, low + offset, len(self.wanted))
            self.wanted.append((position, at))

    def after(self, hit: Bit, statement: Write | Clear, place: Place, env: Env) -> Bit | None:
        """What is left to show of a bit that is stored to; raises Wrong if the claim is made and
        does not allow that."""
        if isinstance(statement, Clear):
            if isinstance(self.claim, Unchanged) and not hit.zero:
                # The bit is zero from here on: it is as remembered where it was zero when it was
                # remembered.
                return Bit(PENDING, 0, hit.asked, zero=True)
            allowed = not isinstance(self.claim, Stored) or self._cleared(self.claim, env)
        else:
            # A bit that must be zero, or a place that an input moves: what is stored there is not
            # known.
            allowed = not hit.zero and not place.indexes and self._own(hit, statement, place, env)
        if allowed:
            return None
        if self.begins and not hit.zero:
            # No run is wrong in which the step that the claim begins with never ended before: that
            # is what is left to show. Of a bit that must be zero it has ended: the bit lies where
            # that step left it.
            return LOST
        raise Wrong(f"a bit of the claim may be stored to at {env.spot(statement)}")

    def _own(self, hit: Bit, statement: Write, place: Place, env: Env) -> bool:
        """Whether a write stores what the claim asks for."""
        position = hit.at - low_bit(place)
        leaves = [leaf for leaf in place.leaves if 0 <= position - leaf.offset < leaf.width]
        match self.claim:
            case SameMember():
                leaf, at = self.wanted[hit.asked]
                assert isinstance(leaf, Leaf)
                return any(
                    leaf.shares_member(x) and x.at + position - x.offset == at for x in leaves
                )
            case Stored() as claim:
                return bool(leaves or statement.length) and self._by_whom(claim, env)
        return False

    def _cleared(self, claim: Stored, env: Env) -> bool:
        """Whether the claim allows that a bit is cleared here."""
        return claim.blank_is_enough or (claim.cleared and self._by_whom(claim, env))

    def _by_whom(self, claim: Stored, env: Env) -> bool:
        """Whether a store here is by one of those named, if any are, and in the reader's
        history. That it came since a step ended need not be asked: no bit is followed beyond
        that end."""
        ended = (
            env.runs_on is not None
            and env.runs_on.label == self.reader.label
            and env.began != self.reading
        )
        return claim.by is None or (env.step in claim.by and ended)
