"""What may be attached to a claim: a picture, a PDF or plain text, by its name and its content."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

LARGEST_BYTES = 5 * 1024 * 1024
_BLOCK_BYTES = 64 * 1024
_ALLOWED_CONTROLS = frozenset("\t\n\r\f")


class WrongName(ValueError):
    """The name ends as no file that is taken."""

    code = "wrong_extension"
    field = "name"

    def __init__(self, name: str) -> None:
        """Say what is taken."""
        known = ", ".join(f".{one}" for one in KINDS)
        super().__init__(f"name: {name!r} must end with one of {known}.")


class WrongContent(ValueError):
    """The bytes are not what the name says."""

    code = "wrong_type"
    field = "file"

    def __init__(self, extension: str, kind: "Kind") -> None:
        """Say what was expected."""
        super().__init__(f"file: the content is no {kind.word}, as the name's .{extension} says.")


class TooLarge(ValueError):
    """More bytes than are kept."""

    code = "file_too_large"
    field = "file"

    def __init__(self) -> None:
        """Say the limit."""
        super().__init__(f"file: at most {LARGEST_BYTES} bytes (5 MB).")


class CutShort(ValueError):
    """The connection ended before the body did, or there was none."""

    code = "file_cut_short"
    field = "file"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("file: it is empty, or it ended before its Content-Length; send it again.")


class Stream(Protocol):
    """Whatever bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Answer at most so many bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, its name in a sentence, and how its content is known."""

    media_type: str
    word: str
    is_it: Callable[[bytes], bool]


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return all(one >= " " or one in _ALLOWED_CONTROLS for one in text)


def _begins(magic: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(magic)


_JPEG = Kind("image/jpeg", "JPEG picture", _begins(b"\xff\xd8\xff"))
KINDS: Mapping[str, Kind] = {
    "png": Kind("image/png", "PNG picture", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "pdf": Kind("application/pdf", "PDF document", _begins(b"%PDF-")),
    "txt": Kind("text/plain", "plain text in UTF-8", _is_text),
}


def media_type_of(name: str, content: bytes) -> str:
    """Answer what kind of file it is, by name and content alike; raises WrongName, WrongContent.

    Example: `receipt.PNG` with a PNG's first bytes is image/png; with a program's it is refused.
    """
    extension = extension_of(name)
    kind = KINDS[extension]
    if not kind.is_it(content):
        raise WrongContent(extension, kind)
    return kind.media_type


def extension_of(name: str) -> str:
    """Answer how a file's name ends, if files are taken that do; raises WrongName."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or extension.lower() not in KINDS:
        raise WrongName(name)
    return extension.lower()


def receive(stream: Stream, length: int) -> bytes:
    """Read a body to its end, and never more than may be kept; raises TooLarge, CutShort."""
    if length > LARGEST_BYTES:
        raise TooLarge
    content = bytearray()
    while block := stream.read(_BLOCK_BYTES):
        content += block
        if len(content) > LARGEST_BYTES:
            raise TooLarge
    if not content or len(content) < length:
        raise CutShort
    return bytes(content)
