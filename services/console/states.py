"""How states are shown: in words, with a look that never stands alone."""

import segno

from services.console.finding.timeline import of_payout
from shared.pages import written
from shared.pages.words import gettext, marked

_GOOD, _SOON, _HOT, _BAD, _PLAIN = "good", "soon", "hot", "bad", ""
# One word may be the state of several things; it means the same for all of them.
_STATES = {
    "accepted": (marked("accepted"), _GOOD),
    "accrued": (marked("accrued"), _GOOD),
    "active": (marked("active"), _GOOD),
    "answered": (marked("answered"), _SOON),
    "approved": (marked("approved"), _GOOD),
    "approved_unfunded": (marked("approved, not paid yet"), _SOON),
    "blocked": (marked("blocked"), _BAD),
    "cancelled": (marked("cancelled"), _BAD),
    "completed": (marked("completed"), _GOOD),
    "declined": (marked("declined"), _BAD),
    "done": (marked("done"), _GOOD),
    "duplicate": (marked("duplicate"), _PLAIN),
    "erased": (marked("erased"), _BAD),
    "finished": (marked("finished"), _GOOD),
    "given_up": (marked("given up"), _BAD),
    "held": (marked("held"), _HOT),
    "issued": (marked("open"), _GOOD),
    "opened": (marked("opened"), _HOT),
    "parked": (marked("parked"), _HOT),
    "paused": (marked("paused"), _HOT),
    "pending": (marked("pending"), _SOON),
    "planned": (marked("planned"), _SOON),
    "points_released": (marked("not paid, points free again"), _BAD),
    "planning": (marked("planning"), _SOON),
    "preview": (marked("preview"), _PLAIN),
    "redeemed": (marked("redeemed"), _PLAIN),
    "refused": (marked("refused"), _BAD),
    "rejected": (marked("rejected"), _BAD),
    "released": (marked("released"), _SOON),
    "repeat": (marked("repeat"), _PLAIN),
    "replaced": (marked("replaced"), _PLAIN),
    "replay": (marked("sent again"), _SOON),
    "reported": (marked("reported"), _SOON),
    "requested": (marked("requested"), _SOON),
    "reserved": (marked("reserved"), _SOON),
    "returned": (marked("returned"), _BAD),
    "reversed": (marked("reversed"), _BAD),
    "sending": (marked("being sent"), _SOON),
    "sent": (marked("sent"), _GOOD),
    "settled": (marked("settled"), _GOOD),
    "unknown": (marked("outcome unknown"), _HOT),
    "unwanted": (marked("on the site alone"), _PLAIN),
    "delivered": (marked("delivered"), _GOOD),
    "failed": (marked("did not arrive"), _BAD),
    "unsent": (marked("not sent yet"), _SOON),
    "void": (marked("void"), _BAD),
    "waiting": (marked("waiting"), _HOT),
    "withdrawn": (marked("withdrawn"), _PLAIN),
    "written_off": (marked("written off"), _PLAIN),
    "not_sent": (marked("not sent"), _BAD),
    "open": (marked("open"), _HOT),
    "closed": (marked("closed"), _PLAIN),
    "top_up": (marked("top-up"), _PLAIN),
    "certificate": (marked("certificate"), _PLAIN),
}
_KINDS = {
    "phone": marked("phone"),
    "order": marked("order"),
    "click": marked("click"),
    "receipt": marked("report"),
    "conversion": marked("purchase"),
    "bonus": marked("bonus"),
    "payout": marked("payout"),
    "certificate": marked("certificate"),
    "claim": marked("claim"),
    "message": marked("SMS"),
    "decision": marked("decision"),
    "joined": marked("signed up"),
    "member": marked("member"),
    "correction": marked("correction"),
}

_ROLES = {
    "viewer": marked("viewer"),
    "clerk": marked("clerk"),
    "finance": marked("finance"),
    "admin": marked("admin"),
}

_RUBLES = {"amount", "points", "denomination", "ours_rubles", "theirs_rubles"}
_FIELDS = {
    "amount": marked("amount"),
    "amount_minor": marked("paid"),
    "begun_by": marked("begun by"),
    "checksum": marked("checksum secret"),
    "code": marked("code"),
    "confirmed": marked("knows the purchase and pays"),
    "credit": marked("points given"),
    "clerk": marked("clerk"),
    "cutoff_at": marked("counts what accrued before"),
    "day": marked("day"),
    "deadline": marked("deadline"),
    "debit": marked("points taken"),
    "debt": marked("debt"),
    "denied": marked("denies it"),
    "denomination": marked("denomination"),
    "detail": marked("what was said"),
    "headline": marked("pays"),
    "key": marked("bearer key"),
    "kind": marked("kind"),
    "made_at": marked("made"),
    "member_id": marked("member"),
    "month": marked("month"),
    "movement": marked("movement"),
    "begin": marked("began"),
    "release": marked("released"),
    "pause": marked("paused"),
    "resume": marked("went on"),
    "cancel": marked("cancelled"),
    "name": marked("name"),
    "one_time_password": marked("one-time password"),
    "order_id": marked("order"),
    "ours_rubles": marked("ours"),
    "owner": marked("owner"),
    "partner_id": marked("partner"),
    "partner_says": marked("the partner says"),
    "partner_text": marked("in the partner's words"),
    "payouts": marked("payouts"),
    "phone": marked("phone"),
    "plan_hash": marked("name of the plan"),
    "points": marked("rubles"),
    "reason": marked("reason"),
    "registered_at": marked("signed up"),
    "released_by": marked("released by"),
    "rule": marked("rule"),
    "secret": marked("secret"),
    "signing": marked("signing secret"),
    "skipped": marked("skipped"),
    "state": marked("state"),
    "status": marked("state"),
    "store_name": marked("store"),
    "theirs_rubles": marked("theirs"),
    "totals": marked("totals"),
    "totp_uri": marked("TOTP address"),
    "webhook": marked("webhook secret"),
    "nothing": marked("nothing to spend"),
    "no_goal": marked("no goal"),
    "under_minimum": marked("less than the least payout"),
    "saving": marked("saving"),
    "amount_differs": marked("amounts differ"),
    "missing_here": marked("missing here"),
    "missing_there": marked("missing there"),
    "twice": marked("twice"),
    "shared_device": marked("both use the same device"),
    "loop": marked("they invite each other in a circle"),
    "matched": marked("matched"),
    "reversal": marked("reversal"),
    "operator_corrected": marked("the operator corrected it"),
    "corrected_here": marked("corrected here"),
    "mistaken": marked("there was no difference"),
    "explained": marked("explained"),
    "paid": marked("paid"),
    "not paid": marked("not paid"),
    "funded": marked("funded"),
    "agreed": marked("agreed"),
    "promised": marked("promised"),
    "overdue": marked("overdue"),
    "in time": marked("in time"),
}


def state(name: str) -> str:
    """Say a state in words; one that is new here is shown as it is."""
    return gettext(_STATES[name][0]) if name in _STATES else name.replace("_", " ")


def look(name: str) -> str:
    """Answer the look of a state's mark."""
    return _STATES[name][1] if name in _STATES else _PLAIN


def kind(name: str) -> str:
    """Say in words what kind of thing something is."""
    return gettext(_KINDS[name]) if name in _KINDS else name


def role(name: str) -> str:
    """Say a role in words."""
    return gettext(_ROLES[name])


def field(name: str) -> str:
    """Name a field of an answer, or a code in it, in words; one that is new here as it is."""
    if name in _FIELDS:
        return gettext(_FIELDS[name])
    return state(name)


def fact(value: object, name: str) -> str:
    """Write the value of a fact as its name asks: moments, rubles, states."""
    if isinstance(value, str) and name.endswith(("_at", "deadline")):
        return written.time(value)
    if isinstance(value, int) and name in _RUBLES:
        return written.rubles(value)
    if isinstance(value, int) and name.endswith("_minor"):
        return f"{value // 100}.{value % 100:02d}"
    if name in ("state", "status", "kind", "movement"):
        return field(str(value))
    return str(value)


def qr(text: str) -> str:
    """Answer a QR code as a data address: our own drawing, no other site is asked."""
    return str(segno.make(text, error="m").svg_data_uri(border=2))


FILTERS = {
    "state": state,
    "look": look,
    "kind": kind,
    "role": role,
    "field": field,
    "fact": fact,
    "qr": qr,
    "of_payout": of_payout,
}
