"""How states are shown: in words, with a look that never stands alone."""

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


FILTERS = {"state": state, "look": look, "kind": kind, "role": role}
