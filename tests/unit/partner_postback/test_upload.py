"""Receiving an upload: all of it or nothing, packed or not, never more than was promised."""

import gzip
import hashlib
import io
import zlib

import pytest

from services.partner_postback.files import upload
from services.partner_postback.files.broken import BrokenFile, Fault
from services.partner_postback.files.upload import LARGEST_BYTES, Upload, receive

CONTENT = "".join(f"A-{number},approved,{number * 7}\n" for number in range(20_000)).encode()


class Zeros:
    """A stream of so many bytes that are nowhere kept."""

    def __init__(self, left: int) -> None:
        self.left = left

    def read(self, size: int, /) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return b"0" * size


def received(body: bytes, encoding: str = "", length: int | None = -1) -> Upload:
    length = len(body) if length == -1 else length
    return receive(io.BytesIO(body), length, encoding, io.BytesIO())


def broken(body: bytes, encoding: str = "", length: int | None = -1) -> Fault:
    with pytest.raises(BrokenFile) as raised:
        received(body, encoding, length)
    return raised.value.code


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (CONTENT, ""),
        (CONTENT, "identity"),
        (gzip.compress(CONTENT, mtime=0), "gzip"),
        (gzip.compress(CONTENT[:999], mtime=0) + gzip.compress(CONTENT[999:], mtime=0), "gzip"),
    ],
)
def test_what_was_sent_is_kept_and_hashed_unpacked(body: bytes, encoding: str) -> None:
    kept = received(body, encoding)
    assert kept.file.read() == CONTENT
    assert kept.size_bytes == len(CONTENT)
    assert kept.content_hash == hashlib.sha256(CONTENT).hexdigest()


def test_more_than_was_promised_is_not_read() -> None:
    assert received(CONTENT, length=10).file.read() == CONTENT[:10]


def test_an_upload_that_ends_early_is_refused() -> None:
    """INVARIANT: the server tells nobody that a connection was cut, only the length does."""
    assert broken(CONTENT[:-1], length=len(CONTENT)) == Fault.CUT_SHORT
    assert broken(b"", length=1) == Fault.CUT_SHORT
    assert broken(CONTENT, length=None) == Fault.LENGTH_REQUIRED
    assert broken(b"") == Fault.EMPTY_FILE
    assert broken(gzip.compress(b""), "gzip") == Fault.EMPTY_FILE


def test_a_broken_gzip_stream_is_refused() -> None:
    packed = gzip.compress(CONTENT)
    assert broken(packed[:-1], "gzip") == Fault.BROKEN_GZIP
    assert broken(packed[:100], "gzip") == Fault.BROKEN_GZIP
    assert broken(packed[:5], "gzip") == Fault.BROKEN_GZIP
    assert broken(CONTENT, "gzip") == Fault.BROKEN_GZIP
    assert broken(packed + b"rest", "gzip") == Fault.BROKEN_GZIP
    wrong_sum = packed[:-8] + b"\x00" * 8
    assert broken(wrong_sum, "gzip") == Fault.BROKEN_GZIP
    assert broken(packed[:50] + b"\xff" * 50 + packed[100:], "gzip") == Fault.BROKEN_GZIP


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "x" * 1000])
def test_another_encoding_is_named(encoding: str) -> None:
    assert broken(CONTENT, encoding) == Fault.WRONG_CONTENT_ENCODING


def test_100_mb_are_the_most_packed_or_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BrokenFile) as raised:
        receive(Zeros(LARGEST_BYTES + 1), LARGEST_BYTES + 1, "", io.BytesIO())
    assert raised.value.code == Fault.TOO_LARGE
    monkeypatch.setattr(upload, "LARGEST_BYTES", len(CONTENT) - 1)
    assert broken(gzip.compress(CONTENT), "gzip") == Fault.TOO_LARGE


def test_a_gzip_bomb_is_stopped_long_before_it_is_large() -> None:
    """INVARIANT: 10 GB in 10 MB; what is unpacked is bounded by what was sent."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(300)) + packer.flush()
    unpacked = io.BytesIO()
    with pytest.raises(BrokenFile) as raised:
        receive(io.BytesIO(bomb), len(bomb), "gzip", unpacked)
    assert raised.value.code == Fault.PACKED_TOO_TIGHT
    assert unpacked.tell() < 10_000_000
