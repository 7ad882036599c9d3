"""Which charset a text file has: UTF-8, or cp1251 as Excel writes it in our part of the world."""

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from services.partner_postback.files.broken import BrokenFile, Fault

UTF8, CP1251 = "utf-8-sig", "cp1251"
_KNOWN = {"utf-8": UTF8, "ascii": UTF8, "cp1251": CP1251}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class _WrongByte:
    """Where a file is not what its charset says; `is_first`: all before it was plain ASCII."""

    line: int
    is_first: bool


def charset_of(file: BinaryIO, named: str | None) -> str:
    """Answer the codec that reads a whole file, which is left at its start; raises BrokenFile.

    `named`: what its content type says, if anything. Nobody says: it is UTF-8 when it all reads as
    UTF-8. When the first byte beyond ASCII is none of UTF-8 it is cp1251; a later one is a fault,
    for a broken file must not be read as if it were another charset.
    """
    begins = file.read(4)
    if begins.startswith(_UTF16) or b"\x00" in begins:
        why = "The file is UTF-16: save it as UTF-8, or as windows-1251."
        raise BrokenFile(Fault.WRONG_CHARSET, why)
    codec = _known(named) if named else UTF8
    wrong = _wrong_byte(file, codec)
    if wrong and wrong.is_first and not named:
        codec = CP1251
        wrong = _wrong_byte(file, codec)
    if wrong:
        why = f"It has a byte that is no {codec.removesuffix('-sig')}."
        raise BrokenFile(Fault.WRONG_CHARSET, why, line=wrong.line)
    file.seek(0)
    return codec


def name_of(named: str) -> str:
    """Answer the one name of a charset, however it is written; raises BrokenFile."""
    try:
        return codecs.lookup(named).name
    except (LookupError, ValueError):
        raise _unknown(named) from None


def _known(named: str) -> str:
    codec = _KNOWN.get(name_of(named))
    if codec is None:
        raise _unknown(named)
    return codec


def _unknown(named: str) -> BrokenFile:
    why = f"The charset {named[:50]!r} is not read here: save the file as UTF-8."
    return BrokenFile(Fault.WRONG_CHARSET, why)


def _wrong_byte(file: BinaryIO, codec: str) -> _WrongByte | None:
    decoder = codecs.getincrementaldecoder(codec)()
    line, only_ascii = 1, True
    file.seek(0)
    while True:
        block = file.read(_BLOCK_BYTES)
        try:
            only_ascii = decoder.decode(block, final=not block).isascii() and only_ascii
        except UnicodeDecodeError as fault:
            before = fault.object[: fault.start]
            return _WrongByte(line + before.count(b"\n"), only_ascii and before.isascii())
        if not block:
            return None
        line += block.count(b"\n")
