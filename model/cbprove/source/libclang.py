"""libclang itself, where it is installed. The only module that loads it."""

from __future__ import annotations

import ctypes
from typing import Any

from cbprove.diagnostics import WrongUsage


def library() -> Any:
    """libclang with what its Python bindings leave out; raises WrongUsage where it is not
    installed."""
    global _library
    if _library is None:
        _library = _loaded()
    return _library


_library: Any = None


def _loaded() -> Any:
    try:
        from clang import cindex
    except ImportError:
        raise _missing() from None
    try:
        lib = cindex.conf.lib
        for name, result in (
            ("clang_getCursorBinaryOperatorKind", ctypes.c_int),
            ("clang_getCursorUnaryOperatorKind", ctypes.c_int),
            ("clang_EvalResult_getKind", ctypes.c_int),
            ("clang_EvalResult_getAsLongLong", ctypes.c_longlong),
            ("clang_Cursor_Evaluate", ctypes.c_void_p),
            ("clang_Cursor_getVarDeclInitializer", cindex.Cursor),
        ):
            function = getattr(lib, name)
            function.restype = result
            function.argtypes = [ctypes.c_void_p if "EvalResult" in name else cindex.Cursor]
        lib.clang_EvalResult_dispose.argtypes = [ctypes.c_void_p]
    except (cindex.LibclangError, AttributeError):
        raise _missing() from None
    return cindex


def _missing() -> WrongUsage:
    message = "to read C as a compiler does takes libclang 17 or later, which is not installed"
    return WrongUsage(message, "pip install 'cbprove[source]'")
