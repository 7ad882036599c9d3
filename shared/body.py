"""Bodies of requests, read whole: a server hands on what came before a connection was cut."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from flask import request


class NoLength(ValueError):
    """Nothing tells whether the body is whole."""

    code = "length_required"

    def __init__(self) -> None:
        """Say what to send."""
        super().__init__("Send the file with its Content-Length: without it a cut one looks whole.")


class CutShort(ValueError):
    """The connection ended before the body did."""

    code = "cut_short"

    def __init__(self, taken: int, length: int) -> None:
        """Say how much of it came."""
        super().__init__(f"The body ended after {taken} of {length} bytes: send it again.")


class TooManyUploads(Exception):
    """As many files are being received as may be at once."""

    code = "try_again"
    retry_after_seconds = 5

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Other files are being received. Send this one a little later.")


def whole_body() -> bytes:
    """Read a body that would make sense without its end: CSV, YAML; raises NoLength, CutShort."""
    length = told_length()
    body = request.get_data()
    if len(body) < length:
        raise CutShort(len(body), length)
    return body


def told_length() -> int:
    """Answer how long the body is by its sender's word, 0 without one; raises NoLength."""
    if _comes_in_chunks():
        raise NoLength
    return request.content_length or 0


def has_no_body() -> bool:
    """Tell whether its sender says that there is none, as `curl -X POST` does."""
    return not _comes_in_chunks() and told_length() == 0


class Uploads:
    """Lets only so many uploads in: each keeps a thread until its sender is done with it."""

    def __init__(self, most: int, most_of_one: int) -> None:
        """Take how many there may be at once, and how many of one sender."""
        self._most, self._most_of_one = most, most_of_one
        self._under_way: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def one_of(self, sender: str) -> Iterator[None]:
        """Let one of a sender in; raises TooManyUploads."""
        with self._lock:
            one = self._under_way[sender]
            if one >= self._most_of_one or self._under_way.total() >= self._most:
                raise TooManyUploads
            self._under_way[sender] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= Counter([sender])


def _comes_in_chunks() -> bool:
    return "Transfer-Encoding" in request.headers
