"""The first page of "My account": what there is, what is on its way, and what the 1st will do."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Blueprint, render_template
from flask.blueprints import BlueprintSetupState

from services.account import asking
from services.account.telling import bonuses, payouts, sums
from services.account.visitor import desk, visitor

pages = Blueprint(
    "account",
    __name__,
    static_folder=Path(__file__).parents[2] / "assets",
    static_url_path="/assets/account",
)
_LAST = 5


@pages.record_once
def _give_templates_words(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters.update(sums.FILTERS)
    state.app.jinja_env.globals["bonuses"] = bonuses


@pages.get("/me")
def show() -> str:
    """Show the member's points at a glance."""
    ask, token = desk().services, visitor().token
    balance, coming, last, own = ask.together(
        partial(ask.bonus_status.get, "me/balance", token),
        partial(ask.payout.get, "me/next-payout", token),
        partial(ask.bonus_status.get, "me/bonuses", token, limit=_LAST),
        partial(asking.own_phone, visitor().member_id),
    )
    asking.remember_own(own)
    debts = ask.bonus_status.get("me/debts", token)["data"] if balance["debt"] else []
    return render_template(
        "account/overview/points.html",
        balance=balance,
        debts=debts,
        cutoff_at=coming["cutoff_at"],
        first=payouts.on_the_first(
            coming, asking.numbers_of(own, coming["goals"]), balance["accrued"]
        ),
        last=last["data"],
    )


@pages.app_context_processor
def whose_account() -> dict[str, Callable[..., str]]:
    """Give the layout the number that stands beside "My account"."""
    return {"whose": asking.whose}
