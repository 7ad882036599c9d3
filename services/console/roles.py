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
        "static",
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
    "receipt": Role.VIEWER,
    "certificate": Role.VIEWER,
    "payout": Role.VIEWER,
}

ACTS: dict[str, Role] = {}

LEAST: dict[str, Role] = {**PAGES, **ACTS}
