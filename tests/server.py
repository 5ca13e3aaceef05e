"""Servers in a thread of the test run, stopped without a race: an application of this process, or another site.

The production server starts processes of its own (tests/test_serving.py, tests/proxies); here a test keeps hold of the
application that answers.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from wsgiref.types import WSGIApplication

from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """Answers over connections that are kept open, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Nothing: a test says itself what is wrong."""


@contextmanager
def serving(application: WSGIApplication) -> Iterator[str]:
    """The address at which an application is answered until the block ends."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    with _running(server):
        yield f"http://127.0.0.1:{server.port}"


@contextmanager
def serving_elsewhere(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of another site, whose requests `handler` answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with _running(server):
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def _running(server: BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=20)
        assert not thread.is_alive(), "the server of the test run did not stop"
