"""Why a whole file is refused: a code for programs, the line and the field at fault for people."""

from enum import StrEnum
from typing import Self


class Fault(StrEnum):
    """What is wrong with a file; the codes are part of the contract with partners."""

    LENGTH_REQUIRED = "length_required"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    WRONG_CONTENT_ENCODING = "wrong_content_encoding"
    TOO_LARGE = "file_too_large"
    PACKED_TOO_TIGHT = "packed_too_tight"
    BROKEN_GZIP = "broken_gzip"
    CUT_SHORT = "cut_short"
    EMPTY_FILE = "empty_file"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    WRONG_CHARSET = "wrong_charset"
    WRONG_COLUMNS = "wrong_columns"
    BROKEN_CSV = "broken_csv"
    BROKEN_XML = "broken_xml"
    FORBIDDEN_XML = "forbidden_xml"
    RECORD_TOO_LONG = "record_too_long"


class BrokenFile(ValueError):
    """The file cannot be read to its end, so nothing of it was taken in."""

    def __init__(
        self, fault: Fault, why: str, *, line: int | None = None, field: str | None = None
    ) -> None:
        self.code = fault
        self.why = why
        self.line = line
        self.field = field
        said = f"{field}: {why}" if field else why
        super().__init__(f"Line {line}: {said}" if line else said)

    def at(self, line: int) -> Self:
        """Answer the same fault with its line."""
        return type(self)(self.code, self.why, line=line, field=self.field)
