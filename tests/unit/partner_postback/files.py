"""Builders: profiles for files, and what reading a file comes to."""

import io
import json
from uuid import UUID

from services.partner_postback.files.reading import stage
from services.partner_postback.files.rows import record_of
from services.partner_postback.formats import profile
from services.partner_postback.formats.profile import Profile

FILE_ID = UUID(int=1)
_PARTS = """
about: of tests
fields:
  order_id: {names: [order_id, Order], required: true}
  status: [status, State]
  amount: [amount]
  reason: {names: [reason], longest: 500}
words: {approved: approved, declined: declined}
"""
CSV = profile.load("of-tests", _PARTS + "file: {kind: csv}")
STRICT = profile.load("of-tests", _PARTS + "refuses_unknown: true\nfile: {kind: csv}")
XML = profile.load("of-tests", _PARTS + "file: {kind: xml, record: Item, namespace: 'urn:items'}")
PLAIN_XML = profile.load("of-tests", _PARTS + "file: {kind: xml, record: Item}")


def records(
    content: bytes, spoken: Profile = CSV, charset: str | None = None
) -> list[dict[str, str]]:
    """Read a file to its end, the way through the staged chunks included."""
    with io.BytesIO(content) as file, io.BytesIO() as chunks:
        staged = stage(file, charset, spoken, FILE_ID, chunks)
        lines = staged.file.read().decode().split("\n")[:-1]
    rows: list[list[str]] = []
    for line in lines:
        file_id, first_row, written = line.split("\t")
        assert (file_id, int(first_row)) == (str(FILE_ID), len(rows) + 1)
        rows += json.loads(written.replace("\\\\", "\\"))
    assert len(rows) == staged.rows
    return [record_of(staged.columns, row) for row in rows]
