"""What is known of a candidate that was settled by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cbprove.frozen import frozen
from cbprove.obligations.plan import Plan
from cbprove.verdicts import Verdict

if TYPE_CHECKING:
    from cbprove.design.induction import Invariant


@frozen
class Settled:
    """A verdict; `turns` is the bound of a proof that is none for more turns, `plan` how a proof
    followed the loops, `invariant` what it takes for unchanged by those that it cuts. A plan that
    cuts no loop and follows them for some turns only has a certificate for all others."""

    verdict: Verdict
    turns: int | None = None
    reason: str = ""
    plan: Plan | None = None
    invariant: Invariant | None = None
