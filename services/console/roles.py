"""Who may do what: one table of every page and act, and the least role for it.

A route that is in neither table lets nobody in, and a test fails on it; the same tables make the
test's cases.
"""

from services.console.clerks.domain import Role

# Open to everybody: signing in, the languages, files, probes; /api/clerks asks for a key instead.
OPEN = frozenset(
    {
        "sign_in",
        "choose_language",
        "page.static",
        "console.static",
        "healthz",
        "readyz",
        "metrics",
        "api-docs.openapi_json",
        "clerks.list_clerks",
        "clerks.add",
        "clerks.renew",
        "clerks.end",
    }
)
# Open to whoever is signed in, while his password is still the one-time one too.
OWN = frozenset({"sign_out", "password"})

PAGES: dict[str, Role] = {
    "find": Role.VIEWER,
    "member": Role.VIEWER,
    "purchase": Role.VIEWER,
    "bonus": Role.VIEWER,
    "receipt": Role.VIEWER,
    "payout": Role.VIEWER,
    "certificate": Role.VIEWER,
    "held": Role.VIEWER,
    "parked": Role.VIEWER,
    "payouts_held": Role.VIEWER,
    "claims": Role.VIEWER,
    "claim": Role.VIEWER,
    "claim_file": Role.CLERK,
    "corrections": Role.VIEWER,
    "runs": Role.VIEWER,
    "run": Role.VIEWER,
    "cases": Role.VIEWER,
    "case": Role.VIEWER,
    "partners": Role.VIEWER,
    "partner": Role.VIEWER,
    "partner_try": Role.CLERK,
    "stores": Role.VIEWER,
    "store": Role.VIEWER,
    "reports": Role.VIEWER,
    "report_csv": Role.VIEWER,
    "health": Role.VIEWER,
    "acts": Role.FINANCE,
    "clerks": Role.ADMIN,
}

ACTS: dict[str, Role] = {
    "held-release": Role.CLERK,
    "held-refuse": Role.CLERK,
    "parked-replay": Role.CLERK,
    "parked-discard": Role.FINANCE,
    "invitation-release": Role.CLERK,
    "message-again": Role.CLERK,
    "claim-send": Role.CLERK,
    "claim-answer": Role.CLERK,
    "claim-accept": Role.CLERK,
    "claim-refuse": Role.CLERK,
    "correction-new": Role.CLERK,
    "correction-approve": Role.FINANCE,
    "correction-refuse": Role.FINANCE,
    "certificate-reissue": Role.CLERK,
    "certificate-void": Role.FINANCE,
    "payout-ask": Role.CLERK,
    "payout-give-up": Role.FINANCE,
    "run-begin": Role.FINANCE,
    "run-release": Role.FINANCE,
    "run-pause": Role.FINANCE,
    "run-resume": Role.FINANCE,
    "run-cancel": Role.FINANCE,
    "case-assign": Role.CLERK,
    "case-close": Role.FINANCE,
    "reconcile-day": Role.FINANCE,
    "member-block": Role.CLERK,
    "member-unblock": Role.FINANCE,
    "store-pause": Role.CLERK,
    "store-resume": Role.CLERK,
    "stores-import": Role.FINANCE,
    "partner-put": Role.ADMIN,
    "partner-secret": Role.ADMIN,
    "profile-put": Role.ADMIN,
    "clerk-add": Role.ADMIN,
    "clerk-renew": Role.ADMIN,
    "clerk-role": Role.ADMIN,
    "clerk-end": Role.ADMIN,
}

LEAST: dict[str, Role] = {**PAGES, **ACTS}
