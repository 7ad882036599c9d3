"""contracts/http is what the web processes say of themselves, both ways, and says enough."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from deploy import openapi
from deploy.local.processes import Process

METHODS = {"get", "put", "post", "delete", "patch"}
MEND = "run `.venv/bin/python -m deploy.openapi` and commit contracts/http"


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS.intersection(item):
            yield f"{method.upper()} {path}", item[method]


def test_contracts_are_what_the_code_answers() -> None:
    """INVARIANT: a route, field or status that changes is seen in the contract's own diff.

    One test for all: every web process is started once, with no server in reach.
    """
    outdated = [
        openapi.file_of(one).name
        for one, text in openapi.described().items()
        if text != openapi.read(one)
    ]
    assert outdated == [], MEND


@pytest.mark.parametrize("one", openapi.WEB, ids=lambda one: one.port_name)
def test_contract_says_enough(one: Process) -> None:
    """OpenAPI 3.1; every operation says what it does and how it refuses."""
    document = json.loads(openapi.read(one))
    assert document["openapi"] == "3.1.0"
    silent = [
        name
        for name, operation in _operations(document)
        if not operation.get("summary") or "default" not in operation["responses"]
    ]
    assert silent == []


def test_no_contract_is_left_of_a_service_that_is_gone() -> None:
    """Every file in contracts/http belongs to a web process."""
    files = set(openapi.HTTP_CONTRACTS.glob("*"))
    assert files == {openapi.file_of(one) for one in openapi.WEB}
