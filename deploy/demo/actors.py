"""Who acts in the story, each by the same HTTP that a real one would use."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests import Response

from deploy.demo.calls import ask, call, send
from deploy.target import Target
from shared.http_client import HttpClient

_CLICK_ID_LENGTH = 64
_PAGE = 1_000
_STATUSES = ("pending", "accrued", "reserved", "written_off", "debt")


@dataclass(frozen=True, slots=True)
class Member:
    """A signed-in person."""

    system: Target
    name: str
    member_id: str
    phone: str
    cookie: str

    def go_to(self, store_id: str) -> str:
        """Press "Go to store"; answer the click id that the store's address carries."""
        answer = call(self._visit("click_tracking"), "GET", f"/go/{store_id}", cookies=self.cookies)
        if answer.status_code != 302:  # noqa: PLR2004 - Found
            message = f"/go/{store_id} answered {answer.status_code}: {answer.text[:300]}"
            raise RuntimeError(message)
        given = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        return next(value for value in given.values() if len(value) == _CLICK_ID_LENGTH)

    def balance(self) -> dict[str, int]:
        """Look at the account: points by status."""
        told = ask(self._visit("bonus_status"), "/me/balance", cookies=self.cookies)
        return {status: told[status] for status in _STATUSES}

    def bonuses(self) -> list[dict[str, Any]]:
        """Look at the history."""
        told = ask(self._visit("bonus_status"), "/me/bonuses", cookies=self.cookies)
        return list(told["data"])

    def debts(self) -> dict[str, Any]:
        """Look at what is owed, and for what."""
        return dict(ask(self._visit("bonus_status"), "/me/debts", cookies=self.cookies))

    def proof_of(self, bonus_id: str) -> bytes:
        """Download what proves one of the bonuses."""
        path = f"/me/bonuses/{bonus_id}/proof"
        answer = call(self._visit("bonus_status"), "GET", path, cookies=self.cookies)
        answer.raise_for_status()
        return answer.content

    def redeem(self, code: str) -> tuple[int, dict[str, Any]]:
        """Type in a promo code; answer what the page says."""
        answer = call(
            self._visit("bonus_status"),
            "POST",
            "/me/promo-codes",
            json={"code": code},
            cookies=self.cookies,
        )
        told = dict(answer.json())
        told.pop("request_id", None)
        return answer.status_code, told

    def choose_goals(self, goals: list[dict[str, Any]]) -> None:
        """Say what the points are for."""
        send(self._visit("payout"), "PUT", "/me/goals", {"goals": goals}, cookies=self.cookies)

    def name_relative(self, phone: str, label: str) -> str:
        """Ask to top up another number; answer the relative's id."""
        sent = {"phone": phone, "label": label}
        told = send(self._visit("members"), "POST", "/me/relatives", sent, cookies=self.cookies)
        return str(told["relative_id"])

    def type_consent(self, relative_id: str, code: str) -> str:
        """Type in the code that the relative told; answer how it stands."""
        path = f"/me/relatives/{relative_id}/consent"
        told = send(self._visit("members"), "POST", path, {"code": code}, cookies=self.cookies)
        return str(told["state"])

    def certificates(self) -> list[dict[str, Any]]:
        """Look at the certificates."""
        told = ask(self._visit("payout"), "/me/certificates", cookies=self.cookies)
        return list(told["data"])

    def text_messages(self, phone: str | None = None) -> list[str]:
        """Look at the phone, or at a relative's."""
        told = ask(self._visit("gateway"), "/messages", params={"to": phone or self.phone})
        return [message["text"] for message in told["data"]]

    @property
    def cookies(self) -> dict[str, str]:
        """Show what a browser sends."""
        return {"cashback_session": self.cookie}

    def _visit(self, service: str) -> HttpClient:
        return HttpClient(self.system.urls[service])


@dataclass(frozen=True, slots=True)
class Shop:
    """The till of a partner's shop; it reports to us by itself."""

    system: Target

    def sell(self, store_id: str, click_id: str, amount_minor: int, currency: str = "RUB") -> str:
        """Sell one thing to a visitor; answer the order's number."""
        line = {"amount_minor": amount_minor, "currency": currency}
        body = {"store_id": store_id, "subid": click_id, "lines": [line]}
        return str(send(self._till, "POST", "/api/orders", body)["order_id"])

    def does(self, step: str, order_id: str, **how: Any) -> None:
        """Approve, decline, amend or take back an order."""
        send(self._till, "POST", f"/api/orders/{order_id}/{step}", how)

    def verdicts(self, order_id: str) -> list[str]:
        """Read what our answers to its postbacks were."""
        order = ask(self._till, f"/api/orders/{order_id}")
        answers = [one["answer"] for one in order["deliveries"] if one["answer"]]
        return [answer.get("verdict", answer.get("code", "?")) for answer in answers]

    @property
    def _till(self) -> HttpClient:
        return HttpClient(self.system.urls["partner_shop"])


@dataclass(frozen=True, slots=True)
class Clerk:
    """The operator's clerk: runs the month, and looks things up."""

    system: Target

    def rate_basis_points(self, store_id: str) -> int:
        """Look at the shop window: what the store pays now, for ordinary goods."""
        store = ask(self.system.clerk("catalog"), f"/api/stores/{store_id}")
        ordinary = next(rate for rate in store["rates"] if rate["category"] is None)
        return int(ordinary["basis_points"])

    def run_of(self, month: str) -> dict[str, Any] | None:
        """Look at the run of a month."""
        answer = call(self.system.clerk("payout"), "GET", f"/runs/{month}")
        return answer.json() if answer.ok else None

    def begins_run(self, month: str) -> None:
        """Begin the run of a month; again, it stays the one it is."""
        sent = {"month": month, "clerk": "anna"}
        send(self.system.clerk("payout"), "POST", "/runs", sent)

    def review_of(self, month: str) -> dict[str, Any]:
        """Look at what a run would pay."""
        return dict(ask(self.system.clerk("payout"), f"/runs/{month}/review"))

    def release_run(self, month: str, clerk: str, plan_hash: str) -> Response:
        """Try to release a run in a clerk's name."""
        sent = {"clerk": clerk, "plan_hash": plan_hash}
        return call(self.system.clerk("payout"), "POST", f"/runs/{month}/release", json=sent)

    def payouts_of(self, month: str) -> list[dict[str, Any]]:
        """List what a run decided for each member."""
        return list(ask(self.system.clerk("payout"), f"/runs/{month}/payouts")["data"])

    def statement(self) -> list[dict[str, Any]]:
        """Read the operator's own list of executed top-ups."""
        billing, more = self.system.clerk("operator_billing"), True
        found: list[dict[str, Any]] = []
        while more:
            asked = {"limit": _PAGE, "after": found[-1]["entry"] if found else 0}
            page = ask(billing, "/top-ups", params=asked)
            found += page["data"]
            more = page["has_more"]
        return found

    def makes_promo_code(self, code: str, points: int) -> None:
        """Set a rule of its own for a code of one use."""
        bonus_status, rule_id = self.system.clerk("bonus_status"), f"promo-{code.lower()}"
        who = {"reason": "the demo", "clerk": "anna"}
        rule = {
            "source": "promo_code",
            "sentence": "For a promo code.",
            "settings": {"amount": points, "most_a_member": points},
            "total_cap": points,
        }
        send(bonus_status, "PUT", f"/bonus-rules/{rule_id}", rule | who)
        body = {"rule_id": rule_id, "codes": [code], "most_uses": 1}
        send(bonus_status, "POST", "/promo-codes", body | who)

    def lose_the_billings_answer(self, phone: str) -> None:
        """Let the billing execute the next top-up of a phone, and never answer."""
        fault = {"mode": "no_answer", "phone": phone, "count": 1}
        send(self.system.clerk("operator_billing"), "PUT", "/faults", fault)
