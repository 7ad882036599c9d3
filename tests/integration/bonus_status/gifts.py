"""Rules set at a desk, and what they gave."""

from typing import Any

from flask.testing import FlaskClient

from tests.integration.bonus_status.api import CLERK
from tests.integration.bonus_status.desk import Desk

BY_CLERK = {"reason": "the campaign plan", "clerk": "anna"}
RULE = {"sentence": "A gift.", "total_cap": 1_000_000, "valid_from": "2026-01-01T00:00:00Z"}


def put(client: FlaskClient, rule_id: str, source: str, **said: Any) -> dict[str, Any]:
    """Set a rule, with the settings as arguments."""
    rule = {name: said.pop(name) for name in ("total_cap", "is_on", "valid_until") if name in said}
    sent = RULE | BY_CLERK | rule | {"source": source, "settings": said}
    answer = client.put(f"/bonus-rules/{rule_id}", json=sent, headers=CLERK)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def gifts(desk: Desk, source: str, member_id: str | None = None) -> list[tuple[str, int]]:
    """Status and amount of the bonuses of a source, the oldest first."""
    query = f"""
        SELECT status, amount FROM bonuses WHERE source = '{source}'
        AND member_id = '{member_id or desk.member_id}' ORDER BY opened_at, bonus_id
    """
    return [(row["status"], row["amount"]) for row in desk.rows(query)]


def granted(desk: Desk, rule_id: str) -> int:
    """What a rule gave."""
    return int(
        desk.rows(f"SELECT granted FROM bonus_rules WHERE rule_id = '{rule_id}'")[0]["granted"]
    )
