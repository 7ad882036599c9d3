"""The first page of "My account": what there is, what is on its way, and what the 1st will do."""

from pathlib import Path

from flask import Blueprint, render_template

from services.account.visitor import desk, visitor

pages = Blueprint(
    "account",
    __name__,
    static_folder=Path(__file__).parent.parent / "assets",
    static_url_path="/assets/account",
)


@pages.get("/me")
def show() -> str:
    """Show the member's points at a glance."""
    ask, token = desk().services, visitor().token
    balance = ask.bonus_status.get("me/balance", token)
    coming = ask.payout.get("me/next-payout", token)
    return render_template("account/overview.html", balance=balance, coming=coming)
