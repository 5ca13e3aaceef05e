"""SIGTERM and SIGINT, the signals that end a process, and which of its threads receive them."""

import os
import signal
import threading

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def receive_in_a_thread() -> None:
    """From now on have a thread of its own receive the first SIGTERM or SIGINT and call the handler set by then.

    Without a handler the process ends at once. All other threads, and threads and processes that they start later,
    block both signals; such a process calls `receive_as_usual`. On Windows, which has no signal masks, nothing changes.

    Python runs handlers in the main thread only, and the kernel may deliver a signal to any thread. The main thread of
    a granian worker waits for a lock without waking, so that it could only be killed; and a handler of granian 2.8 that
    runs within the start of its worker, or twice, blocks for ever.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    threading.Thread(target=_receive, name="signals", daemon=True).start()


def receive_as_usual() -> None:
    """Have this process, whose parent may block the signals, end on them or run its handlers."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _receive() -> None:
    number = signal.sigwait(_SIGNALS)
    handler = signal.getsignal(number)
    if callable(handler):
        handler(number, None)
    else:
        os._exit(0)
