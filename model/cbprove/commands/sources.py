"""What commands share that read C: where the source is, and how it is compiled."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cbprove.diagnostics import WrongUsage

if TYPE_CHECKING:
    from cbprove.settings import Settings
    from cbprove.source.accesses import Sought
    from cbprove.source.asked import Compiled
    from cbprove.source.kernel import Kernel
    from cbprove.source.pool import Hands
    from cbprove.source.sweep import Mapped


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Where C is, and what says how it is compiled."""
    parser.add_argument("--source", metavar="TREE", help="the source tree of a kernel")
    parser.add_argument(
        "--headers", metavar="DIR", help="what its build generated: a linux-headers folder"
    )
    parser.add_argument("--compile-commands", metavar="FILE", help="a compile_commands.json")
    parser.add_argument(
        "--cc", metavar="COMMAND", help="a compiler with its options: 'gcc -Iinclude'"
    )
    parser.add_argument(
        "-j", "--jobs", type=int, metavar="N", help="processes that read files (one a processor)"
    )
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="a Dask cluster whose workers read files, as tcp://host:8786",
    )
    parser.add_argument(
        "--no-cache", action="store_true", help="read again what an earlier run has read"
    )


def compiled(args: argparse.Namespace) -> Compiled:
    """How files are compiled. Raises WrongUsage where two things say so."""
    from cbprove.source.kernel import compiler, listed

    options_given = [
        name for name in ("source", "compile_commands", "cc") if getattr(args, name) is not None
    ]
    if args.compile_commands is not None and args.cc is not None:
        raise WrongUsage(
            "both --compile-commands and --cc say how files are compiled", "leave one out"
        )
    ours = tree_settings(args)
    if args.compile_commands is not None:
        return listed(args.compile_commands)
    if args.source is not None and args.cc is None:
        return kernel(args)
    if args.headers is not None:
        raise WrongUsage(
            "--headers without --source",
            "name the source that the headers were made from: --source TREE",
        )
    if not options_given and ours.compile_commands is not None:
        return listed(ours.compile_commands)
    return compiler(args.cc if options_given else "cc", ours.include)


def kernel(args: argparse.Namespace) -> Kernel:
    """The kernel of --source, with what it or the folder that one stands in says for itself.
    Raises WrongUsage, SpecError."""
    from cbprove.source.kernel import open_kernel

    ours = tree_settings(args)
    return open_kernel(args.source, args.headers or ours.headers, ours.include)


def tree_settings(args: argparse.Namespace) -> Settings:
    """What `.cbprove.toml` says where one stands, else in the tree of --source. Raises
    SpecError."""
    from cbprove.settings import settings

    return settings(
        Path(), *([Path(args.source)] if getattr(args, "source", None) is not None else [])
    )


def root(args: argparse.Namespace) -> Path:
    """Where names of files and functions are looked for."""
    return Path(args.source).resolve() if args.source is not None else Path.cwd()


def named(args: argparse.Namespace) -> Callable[[str], str]:
    """Paths as they are shown: from the tree on."""
    tree = f"{root(args)}{os.sep}"
    return lambda text: text.replace(tree, "")


@contextmanager
def pool(args: argparse.Namespace, object: Sought) -> Iterator[Mapped]:
    """Who reads files, as long as it is asked. Raises WrongUsage."""
    from cbprove.source.pool import Kept, Pool, Remembering, folder, processes

    number = workers(args)
    with ExitStack() as opened:
        hands = processes(number) if args.dask is None else _cluster(opened, args.dask)
        pool_opened = opened.enter_context(Pool(hands))
        yield pool_opened if args.no_cache else Remembering(pool_opened, Kept(folder()), object)


def _cluster(opened: ExitStack, address: str) -> Hands:
    """The workers of a cluster; whoever sees no files of this name says so of each."""
    from cbprove.executors import executor, killed
    from cbprove.source.pool import Hands

    cluster = opened.enter_context(executor(1, address))
    assert cluster is not None
    return Hands(lambda: cluster, killed(), lasts=True)


def workers(args: argparse.Namespace) -> int:
    """Processes that read files. Raises WrongUsage where --jobs is not from 1 to 1024."""
    if args.jobs is not None and not 1 <= args.jobs <= 1024:
        raise WrongUsage(
            f"`{args.jobs}` is not a number of processes", "write --jobs N, N from 1 to 1024"
        )
    return args.jobs or len(os.sched_getaffinity(0))
