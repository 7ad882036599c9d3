"""What may be attached: by name and content alike, at most 5 MB, never more in memory."""

import io

import pytest

from services.bonus_status.claims.files import (
    LARGEST_BYTES,
    CutShort,
    TooLarge,
    WrongContent,
    WrongName,
    media_type_of,
    receive,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
PDF = b"%PDF-1.7\n"
TEXT = "Заказ A-1\n".encode()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("receipt.png", PNG, "image/png"),
        ("RECEIPT.PNG", PNG, "image/png"),
        ("a.b.jpg", JPEG, "image/jpeg"),
        ("чек.jpeg", JPEG, "image/jpeg"),
        ("order.pdf", PDF, "application/pdf"),
        ("letter.txt", TEXT, "text/plain"),
    ],
)
def test_what_is_what_it_says_is_taken(name: str, content: bytes, media_type: str) -> None:
    assert media_type_of(name, content) == media_type


@pytest.mark.parametrize("name", ["receipt.exe", "receipt", ".png", "receipt.png.html", "a.svg"])
def test_another_extension_is_refused(name: str) -> None:
    with pytest.raises(WrongName) as refused:
        media_type_of(name, PNG)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("receipt.png", JPEG),
        ("receipt.jpg", PNG),
        ("receipt.pdf", b"MZ\x90\x00"),
        ("receipt.txt", b"\x00\x01"),
        ("receipt.txt", b"caf\xe9"),
        ("receipt.png", b"<html><script>"),
    ],
)
def test_content_of_another_type_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(WrongContent) as refused:
        media_type_of(name, content)
    assert refused.value.field == "file"


class Endless(io.RawIOBase):
    """A stream that counts what was asked of it."""

    taken = 0

    def read(self, size: int = -1, /) -> bytes:
        self.taken += size
        return bytes(size)


def test_an_endless_body_is_read_hardly_beyond_the_limit() -> None:
    stream = Endless()
    with pytest.raises(TooLarge):
        receive(stream, LARGEST_BYTES)
    assert stream.taken <= LARGEST_BYTES + 64 * 1024


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    stream = Endless()
    with pytest.raises(TooLarge):
        receive(stream, LARGEST_BYTES + 1)
    assert stream.taken == 0


def test_a_body_of_just_the_limit_is_taken() -> None:
    assert len(receive(io.BytesIO(bytes(LARGEST_BYTES)), LARGEST_BYTES)) == LARGEST_BYTES


@pytest.mark.parametrize(("content", "length"), [(b"", 0), (b"abc", 4)])
def test_nothing_or_less_than_was_promised_is_refused(content: bytes, length: int) -> None:
    with pytest.raises(CutShort):
        receive(io.BytesIO(content), length)
