"""Unwraps Awin's transaction notification: one form field that holds JSON, or GET with macros.

It announces only new transactions; what becomes of them is pulled. Its transaction is one line of
ours with Awin's own id. The JSON is Awin's, not ours: fields that we do not need are let through.
"""

from services.partner_postback.formats.fields import read_document
from services.partner_postback.formats.flat import flatten
from services.partner_postback.formats.request import Code, RawRequest, Refused

_FIELD = "AwinTransactionPush"
_GROUPS = "commissionGroups"
_MOST_GROUPS = 100


def unwrap(request: RawRequest) -> dict[str, str]:
    """Answer the record of a notification, with the `category` of its goods; raises Refused."""
    sent = request.parameters()
    if _FIELD not in sent:
        groups = (
            read_document(sent[_GROUPS].encode(), _GROUPS, f"{_GROUPS}.")
            if sent.get(_GROUPS) and not sent[_GROUPS].startswith("!!!")
            else []
        )
        return {**sent, **_category(groups)}
    pushed = read_document(sent[_FIELD].encode(), _FIELD)
    if not isinstance(pushed, dict):
        raise Refused(Code.INVALID_FIELDS, f"{_FIELD}: Not a JSON object.", _FIELD)
    groups = pushed.pop(_GROUPS, None)
    pushed.pop("products", None)
    return {**flatten(pushed), **_category(groups)}


def _category(groups: object) -> dict[str, str]:
    if groups is None:
        return {}
    if not isinstance(groups, list) or len(groups) > _MOST_GROUPS:
        why = f"{_GROUPS}: Not a list of at most {_MOST_GROUPS}."
        raise Refused(Code.INVALID_FIELDS, why, _GROUPS)
    # Several groups mix kinds of goods in one sum: no single category's rate would be right.
    if len(groups) != 1:
        return {}
    if not isinstance(groups[0], dict):
        raise Refused(Code.INVALID_FIELDS, f"{_GROUPS}.0: Not an object.", f"{_GROUPS}.0")
    code = groups[0].get("code")
    if code is None:
        return {}
    if not isinstance(code, str):
        raise Refused(Code.INVALID_FIELDS, f"{_GROUPS}.0.code: Not a text.", f"{_GROUPS}.0.code")
    return {"category": code}
