"""Reads an XML file record by record, as the parser meets them: no tree is ever built.

Declarations of types and entities are forbidden altogether (defusedxml): an honest report has none,
and with them ten lines can stand for a gigabyte, or for a file of ours.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from services.partner_postback.files.broken import BrokenFile, Fault
from services.partner_postback.files.charset import name_of
from services.partner_postback.files.rows import (
    LONGEST_RECORD,
    MOST_FIELDS,
    ROWS_IN_A_CHUNK,
    Row,
    Rows,
)
from services.partner_postback.formats.profile import FileLayout

_BLOCK_BYTES = 64 * 1024
_DEEPEST = 32


class _Records:
    """What the parser tells: collects the fields of one record at a time, by their paths.

    `<Payment><OrderID>1</OrderID></Payment>` is the record `["OrderID", "1"]`, an attribute of it
    `["OrderID@kind", …]`. White space around a text is layout.
    """

    def __init__(self, layout: FileLayout) -> None:
        self.ready: list[Row] = []
        named = f"{{{layout.namespace}}}{layout.record}" if layout.namespace else layout.record
        self._element = named
        self._row: Row | None = None
        self._path: list[str] = []
        self._text: list[str] = []
        self._characters = 0
        self._is_leaf = True

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._row is None:
            if tag != self._element:
                return
            self._row, self._path, self._characters = [], [], 0
        else:
            self._path.append(_local(tag))
        self._text, self._is_leaf = [], True
        for name, value in attributes.items():
            self._add(f"{'.'.join(self._path)}@{_local(name)}", value)
        if len(self._path) > _DEEPEST:
            why = f"A record has at most {_DEEPEST} elements within each other."
            raise BrokenFile(Fault.BROKEN_XML, why, field=".".join(self._path)[:100])

    def data(self, text: str) -> None:
        if self._row is not None:
            self._text.append(text)
            self._count(len(text))

    def end(self, tag: str) -> None:
        del tag
        if self._row is None:
            return
        text = "".join(self._text).strip()
        if self._path and (self._is_leaf or text):
            self._add(".".join(self._path), text)
        self._text, self._is_leaf = [], False
        if self._path:
            self._path.pop()
        else:
            self.ready.append(self._row)
            self._row = None

    def _add(self, name: str, value: str) -> None:
        assert self._row is not None
        self._row += (name, value)
        self._count(len(name) + len(value))
        if len(self._row) > 2 * MOST_FIELDS:
            raise BrokenFile(Fault.BROKEN_XML, f"A record has at most {MOST_FIELDS} fields.")

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > LONGEST_RECORD:
            why = f"No record has more than {LONGEST_RECORD} characters."
            field = ".".join(self._path)[:100] or None
            raise BrokenFile(Fault.RECORD_TOO_LONG, why, field=field)


def read(file: BinaryIO, charset: str | None, layout: FileLayout) -> Rows:
    """Answer the records to come; reading them raises BrokenFile."""
    return Rows((), _chunks(file, charset, layout))


def _chunks(file: BinaryIO, charset: str | None, layout: FileLayout) -> Iterator[list[Row]]:
    records = _Records(layout)
    encoding = charset and name_of(charset)
    parser = XMLParser(target=records, encoding=encoding, forbid_dtd=True)
    with _named(parser):
        for _ in _fed(parser, file):
            while len(records.ready) >= ROWS_IN_A_CHUNK:
                chunk = records.ready[:ROWS_IN_A_CHUNK]
                del records.ready[:ROWS_IN_A_CHUNK]
                yield chunk
    if records.ready:
        yield records.ready


def _fed(parser: XMLParser, file: BinaryIO) -> Iterator[None]:
    """Feed the parser block by block."""
    fed = 0
    while block := file.read(_BLOCK_BYTES):
        parser.feed(block)
        fed += len(block)
        # The parser keeps a tag or comment until its end, and begins it anew with each block.
        if fed - parser.parser.CurrentByteIndex > LONGEST_RECORD:
            why = f"No tag or comment has more than {LONGEST_RECORD} bytes."
            raise BrokenFile(Fault.RECORD_TOO_LONG, why)
        yield
    parser.close()
    yield


@contextmanager
def _named(parser: XMLParser) -> Iterator[None]:
    """Turn what the parser raises into a BrokenFile that names the line."""
    try:
        yield
    except ParseError as fault:
        why = f"It is no XML: {fault}."
        raise BrokenFile(Fault.BROKEN_XML, why, line=fault.position[0]) from None
    except DefusedXmlException:
        why = "Declarations (DOCTYPE, entities) are not accepted."
        line = parser.parser.CurrentLineNumber
        raise BrokenFile(Fault.FORBIDDEN_XML, why, line=line) from None
    except BrokenFile as fault:
        raise fault.at(parser.parser.CurrentLineNumber) from None
    except (LookupError, ValueError) as fault:
        raise BrokenFile(Fault.WRONG_CHARSET, f"It cannot be read: {fault}.") from None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
