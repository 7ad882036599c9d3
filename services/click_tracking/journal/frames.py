"""One click as one line: a checksum, the click as JSON, a line end.

A line that was cut short by a crash, or a block that a power cut left as zeros, fails the checksum
and is passed over; the next line end is always the start of a whole frame again, since JSON has no
bare one.
"""

import zlib

import msgspec

_CHECKSUM_CHARACTERS = 8


class TornFrame(ValueError):
    """The line is not one that was written whole."""


class Click(msgspec.Struct, frozen=True):
    """A click as the journal keeps it."""

    click_id: str
    member_id: str
    store_id: str
    clicked_at_ms: int
    deep_link: str | None
    repeat: bool


_clicks = msgspec.json.Decoder(Click)
_encode = msgspec.json.Encoder().encode


def frame(click: Click) -> bytes:
    """Answer the line of a click."""
    body = _encode(click)
    return b"%08x %s\n" % (zlib.crc32(body), body)


def unframe(line: bytes) -> Click:
    """Read a line without its end; raises TornFrame."""
    checksum, _, body = line.partition(b" ")
    if len(checksum) != _CHECKSUM_CHARACTERS or checksum != b"%08x" % zlib.crc32(body):
        raise TornFrame
    try:
        return _clicks.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise TornFrame from None
