"""The command line, talking to a service that runs for one test."""

from click.testing import CliRunner, Result

from deploy.cli import cashback
from deploy.local.processes import SANDBOX, SERVICES
from tests.integration.partner_postback.partner import OPERATOR_KEY, SERVICE_KEY
from tests.integration.partner_postback.running import Intake


def command(intake: Intake, *words: str) -> Result:
    """Run `cashback WORDS`."""
    environment = {
        "CASHBACK_STACK": str(intake.folder / "none"),
        "OPERATOR_KEY": OPERATOR_KEY,
        "SERVICE_KEY": SERVICE_KEY,
        "AUDITOR_DATABASE_URL": "",
        "KAFKA_BOOTSTRAP": "",
        **{f"{name.upper()}_URL": intake.url for name in (*SERVICES, *SANDBOX)},
    }
    return CliRunner().invoke(cashback, [*words], env=environment)
