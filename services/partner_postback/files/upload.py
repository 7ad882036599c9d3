"""Receives an upload into a file on disk: unpacked, measured, hashed, never held whole.

On disk first, since only its end tells whether it is whole, what charset it has and whether it was
here before; and a transaction that waited for a slow sender would hold back every relay.
"""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from services.partner_postback.files.broken import BrokenFile, Fault

LARGEST_BYTES = 100 * 1024 * 1024
_BLOCK_BYTES = 64 * 1024
# Of reports a tenth is left, of monotonous ones a fiftieth; deflate could do 1 : 1032.
_MOST_TIMES_LARGER = 200
_TOO_SMALL_TO_JUDGE_BYTES = 1024 * 1024


class Stream(Protocol):
    """Whatever bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Answer at most so many bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What was received: its bytes, unpacked, in a file on disk."""

    file: BinaryIO
    content_hash: str
    size_bytes: int


@dataclass(slots=True)
class _Body:
    """A body of a promised length; raises BrokenFile when the connection ends before that."""

    stream: Stream
    length: int
    taken: int = 0

    def read(self, size: int, /) -> bytes:
        wanted = min(size, self.length - self.taken)
        block = self.stream.read(wanted) if wanted > 0 else b""
        if wanted > 0 and not block:
            why = f"The upload ended after {self.taken} of {self.length} bytes; send it again."
            raise BrokenFile(Fault.CUT_SHORT, why)
        self.taken += len(block)
        return block


def receive(stream: Stream, length: int | None, encoding: str, file: BinaryIO) -> Upload:
    """Read a body into `file`; raises BrokenFile.

    `length`: its Content-Length: nothing else tells a whole body from one that was cut.
    `encoding`: its Content-Encoding, `gzip` or none.
    """
    if length is None:
        raise BrokenFile(Fault.LENGTH_REQUIRED, "Send the file with its Content-Length.")
    if encoding not in ("", "identity", "gzip"):
        why = f"Send the file as it is, or with `Content-Encoding: gzip`, not {encoding[:50]!r}."
        raise BrokenFile(Fault.WRONG_CONTENT_ENCODING, why)
    if length > LARGEST_BYTES:
        raise _too_large()
    body = _Body(stream, length)
    try:
        upload = _spool(body, file, is_packed=encoding == "gzip")
    except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
        raise BrokenFile(Fault.BROKEN_GZIP, f"The gzip stream is broken: {fault}.") from None
    if not upload.size_bytes:
        raise BrokenFile(Fault.EMPTY_FILE, "The file is empty.")
    file.seek(0)
    return upload


def _spool(body: _Body, file: BinaryIO, *, is_packed: bool) -> Upload:
    source: Stream = gzip.GzipFile(fileobj=body) if is_packed else body  # type: ignore[call-overload]
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK_BYTES):
        size += len(block)
        if size > LARGEST_BYTES:
            raise _too_large()
        if is_packed and size > max(_TOO_SMALL_TO_JUDGE_BYTES, body.taken * _MOST_TIMES_LARGER):
            why = f"Unpacked it is more than {_MOST_TIMES_LARGER} times as large: send it unpacked."
            raise BrokenFile(Fault.PACKED_TOO_TIGHT, why)
        digest.update(block)
        file.write(block)
    return Upload(file, digest.hexdigest(), size)


def _too_large() -> BrokenFile:
    why = f"A file has at most {LARGEST_BYTES} bytes, packed and unpacked: send it in parts."
    return BrokenFile(Fault.TOO_LARGE, why)
