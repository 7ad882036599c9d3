"""A programme that gives for everything there is; it can be told twice, and killed."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pytest
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from services.bonus_status.store.sources import promo_codes, rules
from shared.database import connect
from shared.events import Event
from tests.integration.bonus_status.api import CLERK, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.gifts import BY_CLERK, RULE, put
from tests.support import gifts_model
from tests.support.clock import SteppedClock

T = TypeVar("T")
WAYS = ["once", "once", "twice", "killed"]
# Rules that all lives share stay far from their total caps.
_BOUNDLESS = 10**12
_BOOKS = text("""
SELECT member_id::text, account, sum(leg.amount)::bigint AS amount
FROM postings, LATERAL (VALUES (source, -amount), (destination, amount)) AS leg (account, amount)
WHERE member_id = ANY(CAST(:members AS uuid[])) GROUP BY member_id, account
""")
_ACCOUNTS = text("""
SELECT member_id::text, pending AS member_pending, accrued AS member_accrued,
       reserved AS member_reserved, written_off, -debt AS member_debt
FROM accounts WHERE member_id = ANY(CAST(:members AS uuid[]))
""")
_WAITING = text("""
SELECT reason FROM parked WHERE state NOT IN ('applied', 'discarded')
AND convert_from(message, 'UTF8') LIKE ANY(CAST(:about AS text[]))
""")


class Killed(BaseException):
    """The process dies before its commit: nobody catches that."""


class Copy:
    """One copy of the service: what hears of events, and what answers requests."""

    def __init__(self, url: str, clock: SteppedClock) -> None:
        self.engine = connect(url)
        self.desk = Desk(self.engine, clock)
        self._client = client_of(self.desk)

    def post(self, path: str, sent: Mapping[str, Any]) -> TestResponse:
        """Ask as a clerk."""
        return self._client.post(path, json=sent, headers=CLERK)

    def put(self, rule_id: str, source: str, **said: Any) -> None:
        """Set a rule as a clerk."""
        put(self._client, rule_id, source, **said)

    def redeem(self, member_id: str, code: str) -> TestResponse:
        """Ask as a member."""
        client = sign_in(self.desk, self._client, member_id)
        return client.post("/me/promo-codes", json={"code": code})


class Programme:
    """The service with a store and every rule in force, and a copy that dies at each commit."""

    def __init__(self, url: str, clock: SteppedClock) -> None:
        self._alive, self._doomed = Copy(url, clock), Copy(url, clock)
        event.listen(self._doomed.engine, "commit", _die)
        self.desk = self._alive.desk
        # What is read and rolled back would make the connection forget its prepared statements.
        self._reader = self.desk.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.desk.hear(self.desk.store())
        self._rule("email-linked", "email_linked", amount=gifts_model.EMAIL)
        self._rule("profile-filled", "profile_filled", amount=gifts_model.PROFILE)
        self._rule("first-purchase", "first_purchase", amount=gifts_model.FIRST)
        friends = {"amount": gifts_model.FRIEND, "most_a_member": gifts_model.ALL_FRIENDS}
        self._rule("invitation", "invitation", **friends)
        self._rule("double", "campaign", times=2, most_an_order=gifts_model.DOUBLED_AN_ORDER)
        self._rule("corrections", "correction", alone_up_to=gifts_model.ALONE_UP_TO)

    def close(self) -> None:
        """Give its connections back."""
        self._reader.close()
        for copy in (self._alive, self._doomed):
            copy.engine.dispose()

    def codes(self, *most_uses: int) -> list[str]:
        """Make a rule with a budget of its own, and a code of it for each number of uses."""
        rule_id, now = f"codes-{secrets.token_hex(8)}", self.desk.clock()
        figures = {"amount": gifts_model.CODE, "most_a_member": gifts_model.CODES_A_MEMBER}
        gives = {"source": "promo_code", "settings": figures, "is_on": True, "valid_until": None}
        codes = [f"{rule_id}-{number}".upper() for number, _ in enumerate(most_uses)]
        with self.desk.engine.begin() as connection:
            said = RULE | BY_CLERK | gives | {"total_cap": gifts_model.CODES_IN_ALL}
            rules.put(connection, rule_id, said, now)
            for code, uses in zip(codes, most_uses, strict=True):
                promo_codes.add(connection, [code], rule_id, uses, **BY_CLERK, now=now)
        return codes

    def hear(self, how: str, *events: Event) -> None:
        """Let the service hear of events of one topic."""
        self._deliver(how, lambda copy: copy.desk.hear(*events))

    def clerk(self, how: str, path: str, sent: Mapping[str, Any]) -> list[TestResponse]:
        """Let a clerk ask for something; answers all answers."""
        return self._deliver(how, lambda copy: copy.post(path, sent))

    def redeem(self, how: str, member_id: str, code: str) -> list[TestResponse]:
        """Let a member redeem a code; answers all answers."""
        return self._deliver(how, lambda copy: copy.redeem(member_id, code))

    def accounts(self, members: Sequence[str]) -> dict[str, dict[str, int]]:
        """Answer the balances that are kept of the members, signed as entries are."""
        rows = self._reader.execute(_ACCOUNTS, {"members": list(members)}).mappings()
        kept = [dict(row) for row in rows]
        return {row.pop("member_id"): row for row in kept}

    def books(self, members: Sequence[str]) -> dict[str, dict[str, int]]:
        """Answer what all postings of each member come to, by account, where it is not zero."""
        found: dict[str, dict[str, int]] = {member_id: {} for member_id in members}
        for member_id, account, amount in self._reader.execute(_BOOKS, {"members": list(members)}):
            found[member_id] |= {account: amount} if amount else {}
        return found

    def waiting(self, members: Sequence[str]) -> list[str]:
        """Answer why messages about the members are parked or wait."""
        about = [f"%{member_id}%" for member_id in members]
        return list(self._reader.scalars(_WAITING, {"about": about}))

    def _rule(self, rule_id: str, source: str, **said: Any) -> None:
        self._alive.put(rule_id, source, **({"total_cap": _BOUNDLESS} | said))

    def _deliver(self, how: str, deliver: Callable[[Copy], T]) -> list[T]:
        if how == "killed":
            with pytest.raises(Killed):
                deliver(self._doomed)
        return [deliver(self._alive) for _ in range(2 if how == "twice" else 1)]


def _die(_: object) -> None:
    raise Killed
