"""Keeps the C library from keeping memory: what a password's hash took for a moment is given back.

glibc takes larger and larger pieces for its own after the first large one was freed (mallopt(3)),
and gives each thread a heap of its own; a process of 40 MB would so become one of 60.
"""

import ctypes
import gc

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_PIECE = 128 * 1024


def be_frugal() -> None:
    """Set once, early; does nothing with a C library that knows no such thing."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    mallopt(_ARENA_MAX, 1)
    mallopt(_MMAP_THRESHOLD, _PIECE)
    mallopt(_TRIM_THRESHOLD, _PIECE)


def settle() -> None:
    """Once all is loaded: that stays, and what comes and goes is looked through more often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(500, 5, 5)
