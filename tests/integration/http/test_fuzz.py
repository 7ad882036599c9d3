"""Whatever a client sends is answered: never by a 5xx, and a refusal is a problem that says why.

Each web process runs for real on real servers; schemathesis makes requests from its OpenAPI
document, good ones and bad ones.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis.errors import FailedHealthCheck, Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode

from deploy import databases, openapi
from deploy.local import ports, settings
from deploy.local.processes import Process, wanted_ports
from tests.support.servers import Addresses

FIRST_PORT = 18_400
EXAMPLES = 5
FEW = how(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    # This one stays: it tells after fifty vain tries what Unsatisfiable tells after five hundred.
    suppress_health_check=[one for one in HealthCheck if one is not HealthCheck.filter_too_much],
)


@pytest.fixture
def chosen(tmp_path: Path) -> settings.Settings:
    """Settings of a stack of which one process will run."""
    settings.write_private(tmp_path / "partners.json", "[]")
    return settings.make(tmp_path, ports.choose(_wanted_ports, FIRST_PORT))


def _wanted_ports(first: int) -> dict[str, int]:
    return {name: first + place for place, name in enumerate(_PORT_NAMES)}


@pytest.fixture
def address(
    one: Process,
    chosen: settings.Settings,
    addresses: Addresses,
    fresh_service_url: Callable[[str], str],
) -> Iterator[str]:
    """One web process with a database of its own."""
    servers = {"REDIS_URL": addresses.redis_url, "KAFKA_BOOTSTRAP": addresses.kafka_bootstrap}
    if one.service in databases.OWNERS:
        servers["DATABASE_URL"] = fresh_service_url(one.service)
    with openapi.started(chosen, one, servers) as url:
        yield url


@pytest.mark.parametrize("one", openapi.WEB, ids=lambda one: one.port_name)
def test_every_operation_answers(address: str, chosen: settings.Settings) -> None:
    """INVARIANT: bad input is the sender's fault, said in a problem, and never our 5xx."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    key = {"Authorization": f"Bearer {chosen.keys['operator']}"}
    for found in schema.get_all_operations():
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            _ask_often(found.ok(), mode, key)


def _ask_often(operation: APIOperation, mode: GenerationMode, key: dict[str, str]) -> None:
    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        answer = case.call(headers=key, timeout=15, allow_redirects=False)
        said = f"{case.as_curl_command()} answered {answer.status_code}: {answer.text[:500]}"
        assert answer.status_code < requests.codes.server_error, said
        if answer.status_code >= requests.codes.bad_request:
            kind = answer.headers.get("content-type", [""])[0]
            assert kind.startswith(("application/problem+json", "text/html")), said

    # Where anything at all is allowed there is nothing to forbid.
    with suppress(Unsatisfiable, FailedHealthCheck):
        ask()


_PORT_NAMES = tuple(wanted_ports())
