"""The threads that encode: one for each core, and ahead of what need not be ready for a refresh of the display."""

from __future__ import annotations

import contextlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

NICENESS = -8
"""What Chromium gives its own threads that decode and compose pictures, where it may."""


def encoding_threads() -> ThreadPoolExecutor:
    """Encoding leaves the interpreter's lock, so there may be a thread for each core."""
    return ThreadPoolExecutor(
        os.cpu_count() or 1, "rtc_canvas encoding", initializer=prefer_this_thread
    )


def prefer_this_thread() -> None:
    """Have the calling thread, and those that codecs start from it, run before others, where the system allows it.

    A process that was given a niceness of its own keeps that.
    """
    # Elsewhere a niceness is the whole process's, and what renders the pictures shall have no other than it had.
    if sys.platform == "linux" and os.getpriority(os.PRIO_PROCESS, 0) == 0:
        # Whatever a sandbox says to that: threads that fail to begin would take all encoding with them.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
