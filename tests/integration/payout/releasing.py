"""A run in the tests of its release: its clerks' acts, the scheduler's turns, what became of it."""

import json
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.payout.config import Settings
from services.payout.monthly_run import schedule
from services.payout.store import payouts, runs
from services.payout.store.payouts import Payout
from shared.months import read_month
from shared.signed import Signer
from tests.integration.payout.callers import CLERK
from tests.integration.payout.given import hear_points
from tests.support.clock import SteppedClock

MONTH = "2026-11"
NOVEMBER = read_month(MONTH)
SIGNER = Signer([b"m" * 32])
WHY = {"clerk": "vera", "reason": "the operator asked us to wait"}
START = "00" * 32


def do(client: FlaskClient, what: str, **sent: str) -> Any:
    return client.post(f"/runs/{MONTH}/{what}", json=sent, headers=CLERK)


def turn(engine: Engine, settings: Settings, clock: SteppedClock) -> None:
    for _ in schedule.tick(engine, settings, lambda _month: True, SIGNER, clock):
        pass


def of_run(engine: Engine) -> list[Payout]:
    with engine.connect() as connection:
        return payouts.of_run(connection, MONTH, state=None, after=runs.BEFORE_ALL, limit=500)


def states(engine: Engine) -> set[str]:
    return {one.state.value for one in of_run(engine)}


def hear_all(engine: Engine, what: str, clock: SteppedClock, **said: str) -> None:
    with engine.begin() as connection:
        for one in of_run(engine):
            hear_points(connection, what, one, clock, **said)


def events(engine: Engine, event_type: str) -> list[dict[str, Any]]:
    ask = text("SELECT message FROM event_log JOIN payouts ON payout_id::text = aggregate_id")
    with engine.connect() as connection:
        said = [json.loads(message) for message in connection.scalars(ask)]
    return [one for one in said if one["type"] == event_type]
