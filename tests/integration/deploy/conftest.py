"""Schemas of the services that the auditor reads."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from deploy.verify.books import Auditor


@pytest.fixture
def auditor(fresh_service_url: Callable[[str], str]) -> Iterator[Auditor]:
    for service in ("partner_postback", "bonus_status", "payout"):
        fresh_service_url(service)
    with psycopg.connect(fresh_service_url("auditor"), row_factory=dict_row) as opened:
        opened.autocommit = True
        yield opened
