"""What is shown of stores since a step, and by whom: what holds, in loops too, and nothing that
does not."""

from __future__ import annotations

import pytest

from cbprove.evidence.certificate_check import check
from cbprove.evidence.certificate_find import find
from tests.meaning.meaning import elaborated

SPEC = """object skb per path {{ char cb[8]; }}
object st {{ u16 saved; }}
layer l {{
    view V : u16 at skb.cb[0];
    step start {{ }}
    step put   {{ write V; }}
    step wipe  {{ clear V; }}
    step take  {{ read V; }}
    step save  {{ copy V -> st.saved; }}
    step back  {{ copy st.saved -> V; }}
}}
path p {{ {path} }}
property q: {claim};
"""

SHOWN = {
    "start; put; save; clear V; back; take;": "written V since start",
    "start; wipe; take;": "written or cleared V since start",
    "take; start; put; clone c; on c { take; }": "written V since start",
    "start; put; clone c; on c { start; } take;": "written V since start",
    "each t { start; put; take; }": "written V by put since start",
    "start; wipe; clone c; on c { take; }": "written or cleared V by wipe since start",
    "start; put; repeat { optionally { start; put; } take; }": "written V since start",
    "repeat { put; take; start; }": "written V since start",
    "repeat { put; save; clear V; take; }": "preserved V from put as st.saved at take",
    "start; either { put; } or { wipe; } take;": "written or cleared V by l since start",
    "wipe; take; start; put; take;": "written V since start",
    "repeat { wipe; take; } start; put; take;": "written V since start",
    "optionally { clear V; } take; put; take;": "preserved V from put to take",
    "clone c; on c { put; } write V; take;": "preserved V from put to take",
}

NOT_SHOWN = {
    "put; save; start; back; take;": "written V since start",
    "start; wipe; take;": "written V since start",
    "put; take; start; take;": "written or cleared V since start",
    "start; clear V; take;": "written or cleared V by wipe since start",
    "start; put; take;": "written V by wipe since start",
    "start; put; repeat { optionally { start; } optionally { put; } take; }": "written V since start",
    "repeat { take; put; start; }": "written V since start",
    "repeat { put; clear V; save; take; }": "preserved V from put as st.saved at take",
    "save; put; take;": "preserved V from put as st.saved at take",
    "optionally { start; } wipe; take;": "written V since start",
    "repeat { wipe; take; optionally { start; } }": "written V since start",
    "start; clone c; on c { wipe; take; }": "written V since start",
    "put; share n; write V; on n { take; }": "preserved V from put to take",
    "put; clear V; take;": "preserved V from put to take",
    "put; optionally { start; } take;": "written V since start",
    "clone c; on c { start; put; } start; on c { save; } back; take;": "written or cleared V by put since start",
}


def shown(path: str, claim: str) -> bool:
    made = elaborated(SPEC.format(path=path, claim=claim))
    prop = made.properties[0]
    certificate = find(made, prop)
    return certificate is not None and check(made, prop, certificate) is None


@pytest.mark.parametrize("path", SHOWN)
def test_what_holds_is_shown(path: str) -> None:
    assert shown(path, SHOWN[path])


@pytest.mark.parametrize("path", NOT_SHOWN)
def test_nothing_else_is(path: str) -> None:
    assert not shown(path, NOT_SHOWN[path])
