"""Specs that have no rival: what a reviewer's own would look like, larger."""

from __future__ import annotations

import random
from collections.abc import Callable

Text = Callable[[int], str]
"""A spec of a size."""

_CONFIG = """\
spec configs "a struct with {count} members, each under an option";
{params}struct guest {{ u32 first;
{members} u32 last; }};
object skb {{ char cb[{room}] __aligned(8); }}
layer owner {{ view own : struct guest at skb.cb[0]; step set {{ write own; }} step get {{ read own.last; }} }}
layer other {{ view tail : u32 at skb.cb[{room} - 4]; step store {{ write tail; }} }}
path p {{ set; store; get; }}
property kept: preserved own.last from set to get;
proposal one {{ {chosen} }}
"""


def configs(count: int) -> str:
    """A struct whose members stand under so many options, all of them decided by the proposal."""
    names = [f"CONFIG_{number}" for number in range(count)]
    return _CONFIG.format(
        count=count,
        params="".join(f"param {name};\n" for name in names),
        members="".join(f"#ifdef {name}\n u8 m_{name};\n#endif\n" for name in names),
        chosen=" ".join(f"{name} = {'yes' if at % 2 else 'no'};" for at, name in enumerate(names)),
        room=count // 8 * 8 + 24,
    )


def layers(count: int) -> str:
    """So many layers over one control block, one after another in one path, each reading what it
    wrote."""
    draw = random.Random(0)
    bodies = []
    for number in range(count):
        size = draw.randint(4, 40)
        at = draw.randint(0, 48 - size)
        bodies.append(
            f"layer l{number} {{ view V{number} : u8[{size}] at skb.cb[{at}];"
            f" step in{number} {{ write V{number}; }} step out{number} {{ read V{number}; }} }}\n"
        )
    calls = " ".join(f"in{number}; out{number};" for number in range(count))
    head = f'spec layers "{count} layers"; object skb {{ char cb[48] __aligned(8); }}\n'
    return f"{head}{''.join(bodies)}path p {{ {calls} }}\nproperty own: owned;\nproperty written: written;\n"


def structs(count: int) -> str:
    """So many structs, each embedded in the next but one, the last of them laid over the control
    block."""
    parts = [f"struct s{number} {{ u32 a; u8 b[3]; u16 c:4, d:12; }};\n" for number in range(count)]
    head = 'spec structs "many structs"; object skb { char cb[48] __aligned(8); }\n'
    tail = (
        f"layer l {{ view v : struct s{count - 1} at skb.cb[0]; step set {{ write v; }} step get {{ read v; }} }}\n"
        "path p { set; get; } property own: owned;\n"
    )
    return head + "".join(parts) + tail


def paths(count: int) -> str:
    """So many paths over the same three layers, in orders of their own."""
    draw = random.Random(0)
    orders = [
        draw.choices(("a_in; a_out;", "b_in; b_out;", "c_in; c_out;"), k=6) for _ in range(count)
    ]
    head = 'spec paths "many paths"; object skb { char cb[48] __aligned(8); }\n'
    parts = "".join(
        f"layer {name} {{ view {name.upper()} : u8[{size}] at skb.cb[{at}];"
        f" step {name}_in {{ write {name.upper()}; }} step {name}_out {{ read {name.upper()}; }} }}\n"
        for name, at, size in (("a", 0, 20), ("b", 8, 16), ("c", 20, 28))
    )
    calls = "".join(
        f"path p{number} {{ {' '.join(order)} }}\n" for number, order in enumerate(orders)
    )
    return f"{head}{parts}{calls}property own: owned;\n"


def proposals(count: int) -> str:
    """So many proposals of one offset each, all of them below what is kept."""
    head = (
        'spec proposals "many proposals"; object skb { char cb[48] __aligned(8); }\nparam OFFSET in 0..43;\n'
        "layer owner { view own : u8[20] at skb.cb[28]; step set { write own; } step get { read own; } }\n"
        "layer guest { view v : u32 at skb.cb[OFFSET]; step store { write v; } }\n"
        "path p { set; store; get; }\nproperty kept: preserved own from set to get;\n"
    )
    return head + "".join(
        f"proposal p{number} {{ OFFSET = {number % 25}; }}\n" for number in range(count)
    )


def statements(count: int) -> str:
    """A step with so many statements, each on a line of its own."""
    lines = "".join(f"    write skb.cb[{number % 24}];\n" for number in range(count))
    return (
        'spec statements "many lines"; object skb { u8 cb[48]; }\n'
        f"layer l {{ view own : u8[20] at skb.cb[28];\nstep many {{\n{lines}}}\n"
        "step set { write own; } step get { read own; } }\n"
        "path p { set; many; get; }\nproperty kept: preserved own from set to get;\n"
    )


def members(count: int) -> str:
    """A struct of so many members, written and read as a whole."""
    listed = " ".join(f"u32 m{number};" for number in range(count))
    return (
        f'spec members "many members"; object skb {{ char room[{4 * count}] __aligned(8); }}\n'
        f"struct guest {{ {listed} }};\n"
        "layer l { view V : struct guest at skb.room[0]; step set { write V; } step get { read V; } }\n"
        "path p { set; get; }\nproperty own: owned;\nproperty kept: preserved V from set to get;\n"
    )


def enumerators(count: int) -> str:
    """An enum of so many constants, the last of which says where something lies."""
    listed = ", ".join(f"E{number}" for number in range(count))
    return (
        'spec enumerators "many constants"; object skb { char cb[48] __aligned(8); }\n'
        f"enum e {{ {listed} }};\n"
        f"layer l {{ view V : u16 at skb.cb[E{count - 1} % 46]; step set {{ write V; }} step get {{ read V; }} }}\n"
        "path p { set; get; }\nproperty own: owned;\n"
    )


def saves(count: int) -> str:
    """So many times in a row some run saves two bytes, overwrites them and brings them back."""
    return (
        'spec saves "saved again and again"; object skb { char cb[48] __aligned(8); }\n'
        "object stack { u16 kept; }\n"
        "layer l { view V : u16 at skb.cb[0]; step set { write V; } step get { read V; }\n"
        "step save { copy V -> stack.kept; write V; } step restore { copy stack.kept -> V; } }\n"
        f"path p {{ set; {' '.join(['optionally { save; restore; }'] * count)} get; }}\n"
        "property kept: preserved V from set to get;\nproperty own: owned;\n"
    )


def counts(count: int) -> str:
    """So many steps in a row that some run counts one up in."""
    return (
        'spec counts "counted up"; object skb { char cb[48] __aligned(8); }\n'
        "layer l { view V : u16 at skb.cb[0]; step zero { write V = 0; } step get { read V; }\n"
        "step up { write V = V + 1; } }\n"
        f"path p {{ zero; {' '.join(['optionally { up; }'] * count)} get; }}\n"
        f"property exact: exact V;\nproperty most: holds V <= {count} at get;\n"
    )


def stores(count: int) -> str:
    """A struct whose so many members are written one by one, and read as a whole."""
    listed = " ".join(f"u32 m{number};" for number in range(count))
    written = " ".join(f"write V.m{number};" for number in range(count))
    return (
        f'spec stores "one by one"; object skb {{ char room[{4 * count}] __aligned(8); }}\n'
        f"struct guest {{ {listed} }};\n"
        f"layer l {{ view V : struct guest at skb.room[0]; step set {{ {written} }} step get {{ read V; }} }}\n"
        "path p { set; get; }\nproperty own: owned;\n"
    )
