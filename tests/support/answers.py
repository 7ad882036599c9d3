"""A server that answers as a test says: what no real neighbour would, or only at a bad moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.serving import running

Answer = Callable[[str, str], tuple[int, bytes]]
NEVER_HEARD = b'{"code": "unknown_top_up"}'  # the operator's word on a top-up, with a 404


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Serve until the test ends: `answer(method, path)` gives status and body; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answer(self.command, self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server's own names

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with running(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"
