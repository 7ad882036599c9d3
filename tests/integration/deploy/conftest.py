"""Schemas of the services that the auditor reads, empty: each test's breaking is rolled back."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.rows import dict_row

from deploy.databases import with_database
from deploy.verify.books import Auditor
from tests.integration.deploy.breaking import become
from tests.support.databases import fresh_database
from tests.support.servers import Addresses


@pytest.fixture(scope="session")
def _books(addresses: Addresses) -> Iterator[Callable[[str], str]]:
    """One database for all these tests: to make one costs a second."""
    with ExitStack() as cleanup:
        url_of = fresh_database(addresses.postgres_dsn, cleanup)
        for service in ("partner_postback", "bonus_status", "payout"):
            url_of(service)
        yield url_of


@pytest.fixture
def auditor(addresses: Addresses, _books: Callable[[str], str]) -> Iterator[Auditor]:
    """The auditor in a transaction in which `break_books` breaks things, never committed."""
    name = urlsplit(_books("auditor")).path.removeprefix("/")
    dsn = with_database(addresses.postgres_dsn, name)
    with psycopg.connect(dsn, row_factory=dict_row) as opened:
        become(opened, "auditor")
        yield opened
        opened.rollback()


@pytest.fixture
def real_auditor(_books: Callable[[str], str]) -> Iterator[Auditor]:
    """The auditor as he signs in."""
    with psycopg.connect(_books("auditor"), row_factory=dict_row, autocommit=True) as opened:
        yield opened
