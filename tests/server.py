"""The application served by waitress in a thread of the test run, and stopped without a race."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.types import WSGIApplication

import waitress
from waitress import wasyncore


@contextmanager
def serving(application: WSGIApplication) -> Iterator[str]:
    """The address at which an application is answered until the block ends."""
    # select() takes no descriptor over 1,023, and the atlases of a test run hold hundreds of mapped files open.
    server = waitress.create_server(application, host="127.0.0.1", port=0, threads=4, asyncore_use_poll=True)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def stop() -> None:
        server.task_dispatcher.shutdown()
        wasyncore.close_all(server._map, ignore_all=True)

    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # By the loop's own thread: a socket that another one closes may be among those that the loop waits for.
        server.trigger.pull_trigger(stop)
        thread.join(timeout=20)
        assert not thread.is_alive(), "the server of the test run did not stop"
