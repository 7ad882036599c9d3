"""How a request becomes a flat record, where its parameters alone are not one.

Awin's notification announces only new transactions; what becomes of them is pulled. Its transaction
is one line of ours with Awin's own id. The JSON is Awin's, not ours: fields that we do not need are
let through.
"""

from collections.abc import Callable, Container, Mapping

from msgspec.structs import replace

from services.partner_postback.formats.fields import read_document
from services.partner_postback.formats.flat import flatten
from services.partner_postback.formats.request import RECORD, Code, RawRequest, Refused

_AWIN = "AwinTransactionPush"
_GROUPS = "commissionGroups"
_MOST_GROUPS = 100


def unwrap(envelope: str, request: RawRequest, leaving_out: Container[str]) -> dict[str, str]:
    """Answer the record of a request, or of a row that came with a file or pull; raises Refused.

    `leaving_out`: the names of JSON that the profile ignores.
    """
    if request.method == RECORD:
        return flatten(read_document(request.body), leaving_out)
    return _UNWRAP[envelope](request, leaving_out)


def _parameters(request: RawRequest, leaving_out: Container[str]) -> dict[str, str]:
    del leaving_out
    return request.parameters()


def _json(request: RawRequest, leaving_out: Container[str]) -> dict[str, str]:
    """Answer the record of a JSON object, of parameters, or of both."""
    if not request.is_json():
        return request.parameters()
    record = replace(request, body=b"").parameters()
    for name, value in flatten(read_document(request.body), leaving_out).items():
        if name in record:
            why = f"`{name[:50]}` is in the address and in the body."
            raise Refused(Code.DUPLICATE_PARAMETER, why, name)
        record[name] = value
    return record


def _awin(request: RawRequest, leaving_out: Container[str]) -> dict[str, str]:
    """Answer the record of one form field that holds JSON, or of macros, with the `category`."""
    sent = request.parameters()
    if _AWIN not in sent:
        return {**sent, **_category(_groups(sent.get(_GROUPS, "")))}
    pushed = read_document(sent[_AWIN].encode(), _AWIN)
    if not isinstance(pushed, dict):
        raise Refused(Code.INVALID_FIELDS, f"{_AWIN}: Not a JSON object.", _AWIN)
    groups = pushed.pop(_GROUPS, None)
    return {**flatten(pushed, leaving_out), **_category(groups)}


def _groups(text: str) -> object:
    if text.startswith("!!!"):
        why = f"{_GROUPS}: The network left {text[:50]} as it was."
        raise Refused(Code.MACRO_NOT_REPLACED, why, _GROUPS)
    return read_document(text.encode(), _GROUPS, f"{_GROUPS}.") if text else None


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


_UNWRAP: Mapping[str, Callable[[RawRequest, Container[str]], dict[str, str]]] = {
    "parameters": _parameters,
    "json": _json,
    "awin": _awin,
}
