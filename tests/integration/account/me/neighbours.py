"""The four services that the pages ask, as one server: a test says what it answers."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request

MEMBER = "e42cd4e5-52aa-4592-ad9f-477891d193ac"
GOAL, OTHER_GOAL = (f"{place}0000000-0000-4000-8000-000000000001" for place in (1, 2))
RELATIVE = "30000000-0000-4000-8000-000000000001"
CERTIFICATE = "40000000-0000-4000-8000-000000000001"
CLAIM = "50000000-0000-4000-8000-000000000001"
BONUS = "60000000-0000-4000-8000-000000000001"


@dataclass
class Neighbours:
    """`heard`: what was asked. `answers`: by method and path, a body or (status, body), or what
    makes one of the query."""

    answers: dict[str, Any] = field(default_factory=dict)
    heard: list[tuple[str, Any]] = field(default_factory=list)

    def begin(self) -> None:
        """Be as at first: a member with 450 points and one goal, his own phone."""
        self.heard = []
        self.answers = {
            "GET /me/balance": balance(accrued=450),
            "GET /me/bonuses": {"data": [bonus()], "next": None},
            "GET /me/next-payout": coming([goal(amount=450)]),
            "GET /me/goals": {"goals": [goal()], "closes_at": "2026-11-30T21:00:00Z"},
            "PUT /me/goals": {"goals": []},
            "GET /me/relatives": {"data": []},
            "GET /me/certificates": {"data": []},
            "GET /me/certificates/denominations": {"data": [100, 250, 500], "spendable": 450},
            "GET /me/invitations": {"data": []},
            "GET /me/notices": {"data": [], "next": None, "unread": 0},
            "GET /me/claims": {"data": [], "next": None},
            "GET /me/clicks": {"data": [], "next": None},
            "GET /me/payouts": {"data": [], "next": None},
            f"GET /members/{MEMBER}/contact": {"phone": "+79261234567"},
        }

    def refuse(self, what: str, status: int, code: str, **more: Any) -> None:
        """Answer with a problem from now on."""
        self.answers[what] = (status, {"code": code, "detail": "In English.", **more})

    def asked(self, what: str) -> list[Any]:
        """Answer the bodies, or the queries, with which something was asked."""
        return [body for one, body in self.heard if one == what]

    @property
    def questions(self) -> list[str]:
        """What was asked, but for what each page's head shows: unread messages and whose it is."""
        head = {"GET /me/notices", f"GET /members/{MEMBER}/contact"}
        return [one for one, _ in self.heard if one not in head]

    def app(self) -> Flask:
        """Build it."""
        app = Flask("neighbours")

        @app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE"])
        def answer(path: str) -> Response:
            what = f"{request.method} /{path}"
            sent = request.get_json(silent=True)
            body = request.get_data() if sent is None else sent
            self.heard.append((what, body or request.args.to_dict()))
            said = self.answers.get(what, (404, {"code": "unknown", "detail": "No."}))
            said = said(request.args) if callable(said) else said
            status, told = said if isinstance(said, tuple) else (200, said)
            made = Response(told) if isinstance(told, bytes) else jsonify(told)
            made.status_code = status
            return made

        return app


def balance(**points: int) -> dict[str, int]:
    """A member's account."""
    return {"accrued": 0, "pending": 0, "reserved": 0, "written_off": 0, "debt": 0, **points}


def goal(**values: Any) -> dict[str, Any]:
    """A goal as payout shows it: the member's own phone."""
    shown = {"goal_id": GOAL, "kind": "top_up", "relative_id": None, "target": None}
    return shown | {"monthly_limit": None, "is_paused": False, "amount": 0, "waits": None} | values


def coming(goals: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
    """A forecast of the run of December."""
    moments = {"closes_at": "2026-11-30T21:00:00Z", "cutoff_at": "2026-11-30T21:00:00Z"}
    return {"goals": goals, "carried_over": 0, "reasons": [], **moments, **values}


def bonus(**values: Any) -> dict[str, Any]:
    """A bonus of a purchase of 1 050 rubles at 15 %."""
    why = {"paid_minor": 105000, "currency": "RUB", "rate_micro": 1_000_000, "category": None}
    why |= {"clicked_at": "2026-11-20T10:00:00Z", "in_words": "15 % of 1 050.00 RUB"}
    why |= {"rate": {"kind": "percent", "basis_points": 1500, "rubles": None}}
    shown = {"bonus_id": BONUS, "source": "purchase", "store_name": "Perekrestok", "amount": 157}
    shown |= {"status": "accrued", "status_told": {"code": "confirmed", "in_words": "Confirmed."}}
    shown |= {"available": 157, "reserved": 0, "written_off": 0, "reason": None, "why": why}
    shown |= {"opened_at": "2026-11-20T11:00:00Z", "ordered_at": "2026-11-20T10:30:00Z"}
    shown |= {"accrued_at": None, "rejected_at": None, "expected": None, "follows": None}
    return shown | {"store_id": "perekrestok", "spent_on": []} | values
