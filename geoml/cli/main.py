"""Entry point: ready for Ctrl-C before anything else is imported; then the command itself."""

from __future__ import annotations

import gc
import signal
import sys
from types import FrameType

STOPPED = 130
"""Exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""

_AGAIN_S = 0.01


def main() -> None:
    """Run the command; Ctrl-C, whenever it comes, is one line on stderr and exit code 130."""
    interrupts = _Interrupts()
    try:
        signal.signal(signal.SIGINT, interrupts)
        signal.signal(signal.SIGALRM, interrupts)
        sys.unraisablehook = interrupts.come_again
        # Imported here: a tenth of a second in which Ctrl-C would be a traceback.
        from geoml.cli.app import execute

        execute()
    except BaseException as error:
        if not _means_stop(error, interrupts.came):
            raise
    else:
        return
    finally:
        for number in (signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)  # it is over: Python only tidies up
    # Out of the except block, so that the frames are gone and what they held is cleaned up.
    gc.collect()
    sys.stderr.write("stopped; nothing half-written is left\n")
    sys.exit(STOPPED)


class _Interrupts:
    """Remembers that Ctrl-C came, for libraries turn KeyboardInterrupt into errors of their own."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Stop the command, as Python does by itself."""
        self.came = True
        raise KeyboardInterrupt

    def come_again(self, told: sys.UnraisableHookArgs) -> None:
        """Stop the command a moment later, where an exception is not thrown away.

        What a destructor or a weakref callback raises goes nowhere (importlib has such callbacks),
        so the command would go on as if nobody had pressed Ctrl-C.
        """
        if told.exc_type is KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)
        else:
            sys.__unraisablehook__(told)


def _means_stop(error: BaseException, came: bool) -> bool:
    """Whether the command ends because of Ctrl-C; a server that ends well upon it does not."""
    if isinstance(error, SystemExit):
        return came and error.code not in (0, None)
    return came or isinstance(error, KeyboardInterrupt)


if __name__ == "__main__":
    main()
