"""A spec for the command line's tests, small enough to be proved in a moment; only what it
expects varies."""

SPEC = """\
spec tiny "two views of one control block";
object skb { char cb[16] __aligned(8); }
struct s { u8 a; u32 b; };
param OFF in 0..8;
packing struct g { one { u32 x; }; two { u16 x; u16 y; u8 z; }; }
layer l { view A : struct s at skb.cb[0]; step set { write A.*; } step get { read A; } }
layer m { view G : struct g at skb.cb[OFF]; step gso { write G.*; } step never unused { read G; } }
path p "path" { set; optionally { gso; } each seg { gso; get; } }
property keep "A survives": preserved A from set to get;
"""
FIRST = "proposal first { OFF = 8; g = one; }\n"
SECOND = "proposal second { OFF = 2; g = one; %s}\n"
GOOD = SPEC + FIRST + SECOND % "expect keep refuted; "
REFUTED = SPEC + FIRST + SECOND % ""
VACUOUS = SPEC + "property never: preserved A from set to never;\n" + FIRST
MISTAKE = SPEC.replace("write G.*", "write H.*") + FIRST
INCLUDED = "object other { char cb[8]; }\n"
