"""All that is held of a member as one file of JSON, however long its lists are."""

import json
from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any

_IN_MEMORY_BYTES = 1 << 20


def data_file(held: Mapping[str, Any]) -> IO[bytes]:
    r"""Write a JSON object to a file, and answer the file at its beginning.

    A value that is an iterator becomes a list, written as it comes, so that years of a member fit
    in the memory of a page. What an iterator raises goes on: a file is whole, or there is none.

        data_file({"balance": {"accrued": 5}, "bonuses": iter([1, 2])})
        # {"balance": {"accrued": 5},\n"bonuses": [1,\n2]}
    """
    file = SpooledTemporaryFile[bytes](_IN_MEMORY_BYTES)
    try:
        for part in _parts(held):
            file.write(part.encode())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _parts(held: Mapping[str, Any]) -> Iterator[str]:
    opens = "{"
    for name, value in held.items():
        yield f"{opens}{_written(name)}: "
        yield from _list(value) if isinstance(value, Iterator) else [_written(value)]
        opens = ",\n"
    yield "{}" if opens == "{" else "}"


def _list(items: Iterator[Any]) -> Iterator[str]:
    opens = "["
    for item in items:
        yield f"{opens}{_written(item)}"
        opens = ",\n"
    yield "[]" if opens == "[" else "]"


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
