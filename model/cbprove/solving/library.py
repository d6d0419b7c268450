"""Z3's library in C, the few functions of it that a session calls; Z3's own Python module is not
loaded for them.

That module declares all of some seven hundred functions and builds classes of terms on them: 45 ms
of every start.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Sequence
from functools import cache
from importlib.machinery import PathFinder
from typing import Any

_OF_A_SYSTEM = {"linux": "libz3.so", "darwin": "libz3.dylib", "win32": "libz3.dll"}
_POINTER, _TEXT, _NUMBER, _COUNT, _TRUTH = (
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.c_int,
    ctypes.c_uint,
    ctypes.c_bool,
)

_FUNCTIONS: dict[str, tuple[Any, Sequence[Any]]] = {  # what they give back, and what they are given
    "Z3_get_version": (None, [ctypes.POINTER(ctypes.c_uint)] * 4),
    "Z3_mk_config": (_POINTER, []),
    "Z3_del_config": (None, [_POINTER]),
    "Z3_mk_context_rc": (_POINTER, [_POINTER]),
    "Z3_del_context": (None, [_POINTER]),
    "Z3_set_error_handler": (None, [_POINTER, _POINTER]),
    "Z3_get_error_code": (_NUMBER, [_POINTER]),
    "Z3_get_error_msg": (_TEXT, [_POINTER, _NUMBER]),
    "Z3_interrupt": (None, [_POINTER]),
    "Z3_mk_string_symbol": (_POINTER, [_POINTER, _TEXT]),
    "Z3_mk_params": (_POINTER, [_POINTER]),
    "Z3_params_inc_ref": (None, [_POINTER, _POINTER]),
    "Z3_params_dec_ref": (None, [_POINTER, _POINTER]),
    "Z3_params_set_bool": (None, [_POINTER, _POINTER, _POINTER, _TRUTH]),
    "Z3_params_set_uint": (None, [_POINTER, _POINTER, _POINTER, _COUNT]),
    "Z3_mk_solver_for_logic": (_POINTER, [_POINTER, _POINTER]),
    "Z3_mk_simple_solver": (_POINTER, [_POINTER]),
    "Z3_solver_inc_ref": (None, [_POINTER, _POINTER]),
    "Z3_solver_dec_ref": (None, [_POINTER, _POINTER]),
    "Z3_solver_set_params": (None, [_POINTER, _POINTER, _POINTER]),
    "Z3_solver_from_string": (None, [_POINTER, _POINTER, _TEXT]),
    "Z3_solver_push": (None, [_POINTER, _POINTER]),
    "Z3_solver_pop": (None, [_POINTER, _POINTER, _COUNT]),
    "Z3_solver_check": (_NUMBER, [_POINTER, _POINTER]),
    "Z3_solver_get_model": (_POINTER, [_POINTER, _POINTER]),
    "Z3_solver_get_reason_unknown": (_TEXT, [_POINTER, _POINTER]),
    "Z3_model_inc_ref": (None, [_POINTER, _POINTER]),
    "Z3_model_dec_ref": (None, [_POINTER, _POINTER]),
    "Z3_model_get_const_interp": (_POINTER, [_POINTER, _POINTER, _POINTER]),
    "Z3_mk_int_sort": (_POINTER, [_POINTER]),
    "Z3_mk_bool_sort": (_POINTER, [_POINTER]),
    "Z3_mk_bv_sort": (_POINTER, [_POINTER, _COUNT]),
    "Z3_mk_func_decl": (_POINTER, [_POINTER, _POINTER, _COUNT, _POINTER, _POINTER]),
    "Z3_inc_ref": (None, [_POINTER, _POINTER]),
    "Z3_dec_ref": (None, [_POINTER, _POINTER]),
    "Z3_get_ast_kind": (_NUMBER, [_POINTER, _POINTER]),
    "Z3_get_numeral_string": (_TEXT, [_POINTER, _POINTER]),
    "Z3_get_bool_value": (_NUMBER, [_POINTER, _POINTER]),
}


class Refused(Exception):
    """Z3 says that a call of its library went wrong."""


@cache
def library() -> Any:
    """The library, its functions declared. Raises ImportError if Z3 is not installed."""
    loaded = _beside_the_module() or _of_the_module()
    _keep_memory()
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded


def _keep_memory() -> None:
    """Has C's allocator (glibc's, by the numbers of its malloc.h) keep what a context gives back
    instead of returning it: each context takes as much again, and pages that the system hands
    out anew cost six times what the rest of making one does."""
    allocator: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
    if hasattr(allocator, "mallopt"):
        trim_threshold, mmap_threshold = -1, -3
        allocator.mallopt(trim_threshold, 256 << 20)
        allocator.mallopt(mmap_threshold, 32 << 20)


def _beside_the_module() -> Any:
    """The library that the wheel of Z3 brings; None where it lies elsewhere."""
    module = PathFinder.find_spec("z3")
    for folder in (module.submodule_search_locations or ()) if module else ():
        file = os.path.join(folder, "lib", _OF_A_SYSTEM.get(sys.platform, "libz3.so"))
        if os.path.isfile(file):
            return ctypes.CDLL(file)
    return None


def _of_the_module() -> Any:
    """The library that Z3's own module finds; a system may have put it anywhere."""
    from z3 import z3core

    # Its functions are declared anew, and so must be others than those that the module has declared
    # for itself.
    return ctypes.CDLL(z3core._lib._name)


class Context:
    """A context of Z3's, which all that a query is made of lies in; it goes when nothing refers
    to it any more."""

    own: Any = None  # a signal may end its making, which is no reason to speak of it at the end

    def __init__(self) -> None:
        self.library = library()
        config = self.library.Z3_mk_config()
        self.own = self.library.Z3_mk_context_rc(config)
        self.library.Z3_del_config(config)
        # Without a handler Z3 leaves it to its caller to ask for errors; the one it has to begin
        # with ends the process.
        self.library.Z3_set_error_handler(self.own, None)

    def __del__(self) -> None:
        if self.own is not None:
            self.library.Z3_del_context(self.own)
            self.own = None

    def call(self, name: str, *arguments: Any) -> Any:
        """What a function gives back that is given the context before all else. Raises Refused
        where Z3 reports an error."""
        result = getattr(self.library, name)(self.own, *arguments)
        code = self.library.Z3_get_error_code(self.own)
        if code:
            raise Refused(self.library.Z3_get_error_msg(self.own, code).decode())
        return result

    def solver_of(self, logic: str) -> Any:
        """The solver that Z3 has for a logic of SMT-LIB."""
        return self.call("Z3_mk_solver_for_logic", self.call("Z3_mk_string_symbol", logic.encode()))

    def forget(self, name: str, declared: Any) -> None:
        """Let go of something; that is no time to report what went wrong before. Where all of a
        circle goes at once the context may have gone first, and with it what lay in it."""
        if self.own is not None:
            getattr(self.library, name)(self.own, declared)

    def interrupt(self) -> None:
        """Have a check that another thread waits for come to its end, as unknown."""
        self.library.Z3_interrupt(self.own)


_of_thread = threading.local()


def common() -> Context:
    """The context that questions of this thread share of which only the verdict counts: one of
    its own would cost each of them 2 ms or more, for tables of 17 MB that Z3 fills."""
    context: Context | None = getattr(_of_thread, "context", None)
    if context is None:
        context = _of_thread.context = Context()
    return context


def retire(context: Context) -> bool:
    """Have the next question of this thread begin in a new context, if this is the common one;
    whether it is."""
    is_common = getattr(_of_thread, "context", None) is context
    if is_common:
        del _of_thread.context
    return is_common


def version() -> str:
    """Which Z3 this is."""
    numbers = [ctypes.c_uint() for _ in range(4)]
    library().Z3_get_version(*map(ctypes.byref, numbers))
    return ".".join(str(number.value) for number in numbers[:3])
