"""`cashback certificates` as a clerk uses it, against the web process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from deploy.cli import cashback
from deploy.local.processes import SANDBOX, SERVICES
from tests.integration.payout.salons import Salons
from tests.integration.payout.world import CLERK_KEY, SERVICE_KEY
from tests.support.databases import address_of
from tests.support.processes import serving

WHY = ("--clerk", "anna", "--reason", "the phone was lost")


@pytest.fixture
def environment(engine: Engine, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Payout's web process on the tests' database, and where the command line finds it."""
    settings = {
        "DATABASE_URL": address_of(engine),
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "OPERATOR_KEY": CLERK_KEY,
        "SERVICE_KEY": SERVICE_KEY,
        "SESSION_KEYS": (b"k" * 32).hex(),
        "CERTIFICATE_KEYS": (b"c" * 32).hex(),
        "MANIFEST_KEYS": "6d" * 32,
        "OPERATOR_CALLBACK_KEYS": "6f" * 32,
        "MEMBERS_URL": "http://127.0.0.1:1",
        "OPERATOR_BILLING_URL": "http://127.0.0.1:1",
    }
    with serving("payout", "web", tmp_path, settings) as url:
        yield {
            "CASHBACK_STACK": str(tmp_path / "none"),
            "OPERATOR_KEY": CLERK_KEY,
            "SERVICE_KEY": SERVICE_KEY,
            "AUDITOR_DATABASE_URL": "",
            "KAFKA_BOOTSTRAP": "",
            **{f"{name.upper()}_URL": url for name in (*SERVICES, *SANDBOX)},
        }


def test_a_clerk_renews_a_code_and_voids_a_certificate(
    salons: Salons, environment: dict[str, str]
) -> None:
    def command(*words: object) -> Result:
        told = [str(word) for word in words]
        return CliRunner().invoke(cashback, ["certificates", *told], env=environment)

    issued = salons.issued(2000)
    renewed = command("reissue", issued.certificate_id, *WHY)
    assert renewed.exit_code == 0, renewed.output
    new = renewed.output.split()[1]
    shown = command("show", issued.certificate_id).output
    for fact in ("2000 ₽", "replaced", new, "by anna: the phone was lost"):
        assert fact in " ".join(shown.split())
    assert salons.opened_code(issued) not in shown

    spent = salons.issued(2000)
    done = salons.redeem(salons.opened_code(spent), receipt="R-spent").get_json()
    told = " ".join(command("show", spent.certificate_id).output.split())
    for fact in ("in salon centre", "R-spent", "1 500.00 RUB, 500.00 RUB", done["redemption_id"]):
        assert fact in told

    again = command("reissue", issued.certificate_id, *WHY)
    assert (again.exit_code, "certificate_not_open" in again.output) == (1, True)
    voided = command("void", new, *WHY)
    assert "Void; 2000 points go back" in voided.output
    owed = CliRunner().invoke(cashback, ["liability"], env=environment)
    assert "1 worth 2\u00a0000.00 ₽, given back in points" in owed.output
