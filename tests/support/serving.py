"""An app of this process, or a handler of requests, on a real port for as long as a test runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from wsgiref.types import WSGIApplication

from werkzeug.serving import make_server

# How long a server takes to hear that it should stop: by its default half a second for each test.
_POLL_SECONDS = 0.02


@contextmanager
def answering(app: WSGIApplication) -> Iterator[str]:
    """Answer over HTTP; tells the address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with running(server):
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def running(server: BaseServer) -> Iterator[None]:
    """Let a server work in a thread, and close it afterwards."""
    thread = threading.Thread(target=server.serve_forever, args=[_POLL_SECONDS])
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
