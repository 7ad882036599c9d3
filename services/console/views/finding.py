"""Find: one field for whatever a caller names, and a member's page with his timeline."""

from typing import Any
from uuid import UUID

from flask import Flask, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.console.desk import desk
from services.console.finding import looking_up
from services.console.finding.recognising import LONGEST
from services.console.finding.timeline import kinds_of, timeline
from services.console.neighbours import Missing, Neighbours

_NEWEST = 100
_MESSAGES = 50


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/", "find", find)
    app.add_url_rule("/members/<uuid:member_id>", "member", member)
    app.add_url_rule("/purchases/<uuid:conversion_id>", "purchase", purchase)
    app.add_url_rule("/bonuses/<uuid:bonus_id>", "bonus", bonus)
    app.add_url_rule("/receipts/<uuid:receipt_id>", "receipt", receipt)
    app.add_url_rule("/payouts/<uuid:payout_id>", "payout", payout)
    app.add_url_rule("/certificates/<uuid:certificate_id>", "certificate", certificate)


def find() -> str | Response:
    """Find whom a phone, an id, a click or an order belongs to."""
    typed = request.args.get("q", "").strip()[:LONGEST]
    if not typed:
        return render_template("console/find.html", q="", result=None)
    result = looking_up.search(desk().neighbours, typed)
    members = {one.member_id for one in result.found}
    if len(members) == 1 and None not in members:
        named = result.found[0].named
        [member_id] = members
        return redirect(url_for("member", member_id=member_id, found=named))
    return render_template("console/find.html", q=typed, result=result)


def member(member_id: UUID) -> str:
    """Show a member: who, how much, and all that happened."""
    parts = _parts_of(desk().neighbours, str(member_id))
    if parts["member"] is None:
        abort(404)
    lines = timeline(parts)
    kind = request.args.get("kind", "")
    return render_template(
        "console/member.html",
        member_id=member_id,
        parts=parts,
        lines=[one for one in lines if kind in ("", one.kind)],
        kinds=kinds_of(lines),
        kind=kind,
        found=request.args.get("found", ""),
        missing=sorted({one.service for one in parts.values() if isinstance(one, Missing)}),
    )


def purchase(conversion_id: UUID) -> str:
    """Show a purchase as it is now, and all that was reported of it."""
    found = desk().neighbours.get("partner_postback", "/journeys", conversion_id=str(conversion_id))
    if not found["conversions"]:
        abort(404)
    [one] = found["conversions"]
    return render_template("console/purchase.html", purchase=one, receipts=found["receipts"])


def bonus(bonus_id: UUID) -> str:
    """Show a bonus and why it is what it is."""
    found = _find("bonus_status", f"/bonuses/{bonus_id}")
    return render_template("console/bonus.html", bonus=found)


def receipt(receipt_id: UUID) -> str:
    """Show a report with the request that it answers."""
    found = _find("partner_postback", f"/receipts/{receipt_id}")
    return render_template("console/receipt.html", receipt=found)


def payout(payout_id: UUID) -> str:
    """Show a payout and where it stands."""
    return render_template("console/payout.html", payout=_find("payout", f"/payouts/{payout_id}"))


def certificate(certificate_id: UUID) -> str:
    """Show a certificate and what became of it."""
    found = _find("payout", f"/certificates/{certificate_id}")
    return render_template("console/certificate.html", certificate=found)


def _find(service: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] | None = desk().neighbours.find(service, path)
    if found is None:
        abort(404)
    return found


def _parts_of(ask: Neighbours, member_id: str) -> dict[str, Any]:
    def of(service: str, path: str, **given: object) -> Any:
        return service, lambda: ask.find(service, path, **given)

    one = f"/members/{member_id}"
    return ask.together(
        member=of("members", one),
        decisions=of("members", f"{one}/decisions"),
        balance=of("bonus_status", f"{one}/balance"),
        bonuses=of("bonus_status", f"{one}/bonuses", limit=_NEWEST),
        clicks=of("bonus_status", f"{one}/clicks", limit=_NEWEST),
        claims=of("bonus_status", "/claims", member_id=member_id, limit=_NEWEST),
        journeys=of("partner_postback", "/journeys", member_id=member_id, limit=_NEWEST),
        payouts=of("payout", f"{one}/payouts", limit=_NEWEST),
        certificates=of("payout", f"{one}/certificates"),
        goals=of("payout", f"{one}/goals"),
        messages=of("notifications", "/messages", member_id=member_id, limit=_MESSAGES),
    )
