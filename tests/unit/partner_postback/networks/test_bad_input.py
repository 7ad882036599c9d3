"""What is wrong in the same way everywhere is refused in the same way by every adapter."""

from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from services.partner_postback.formats import built_in
from services.partner_postback.formats.flat import flatten
from services.partner_postback.formats.request import RawRequest
from tests.unit.partner_postback.networks.samples import PUSHED, READ, sample
from tests.unit.partner_postback.requests import by_get, by_json, by_post, read, record, refusal


@dataclass(frozen=True)
class Adapter:
    """A format, and what it calls the fields that are spoiled."""

    name: str
    order: str
    click: str
    amount: str
    macro: str = ""

    def sent(self, **changes: object) -> RawRequest:
        if self.name in PUSHED:
            return by_get(self.name, _flat({**PUSHED[self.name], **changes}))
        return record(self.name, {**flatten(READ[self.name]), **changes})


PUSHES = [
    Adapter("admitad", "order_id", "subid", "order_sum", "[[[x]]]"),
    Adapter("admitad-store", "order_id", "uid", "price", "{x}"),
    Adapter("awin", "transactionId", "clickRef", "transactionAmount", "!!!x!!!"),
    Adapter("impact", "action_id", "sub_id1", "amount", "{x}"),
    Adapter("rakuten", "order_id", "u1", "sale_amount", "<x>"),
    Adapter("affise", "action_id", "clickid", "sum", "{x}"),
    Adapter("affise-reach", "action_id", "clickid", "sum", "{x}"),
    Adapter("tradedoubler", "orderNumber", "tduid", "orderValue"),
]
RECORDS = [
    Adapter("admitad-statistics", "order_id", "subid", "cart"),
    Adapter("admitad-revision", "OrderID", "", "OrderAmount"),
    Adapter("awin-transactions", "id", "clickRefs.clickRef", "saleAmount.amount"),
    Adapter("cj", "originalActionId", "shopperId", "saleAmountUsd"),
    Adapter("impact-actions", "Id", "SubId1", "Amount"),
    Adapter("csv", "order_id", "click_id", "amount"),
]
ALL = [*PUSHES, *RECORDS]


def _flat(sent: dict[str, object]) -> dict[str, object]:
    return {name: one for name, one in sent.items() if not isinstance(one, list)}


def of(adapters: list[Adapter]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("adapter", adapters, ids=lambda one: one.name)


def test_no_adapter_is_forgotten() -> None:
    names = {name for name, one in built_in().items() if one.profile}
    assert names == {one.name for one in ALL} == {*PUSHED, *READ}


@of(ALL)
def test_what_is_spoiled_here_is_right_before(adapter: Adapter) -> None:
    assert read(adapter.sent()).order_id
    assert read(sample(adapter.name)).order_id


WRONG_IDS = (
    "None",
    " A-1",
    "A-1\t",
    "A\n1",
    "A\x7f1",
    "A\u20281",
    "1" * 256,
)


@of(ALL)
@pytest.mark.parametrize("text", WRONG_IDS)
def test_an_order_that_cannot_be_one_is_refused_by_its_name(adapter: Adapter, text: str) -> None:
    assert refusal(adapter.sent(**{adapter.order: text})) == ("invalid_fields", adapter.order)


@of([one for one in ALL if not one.name.startswith("affise")])
def test_an_order_without_a_number_is_refused_by_its_name(adapter: Adapter) -> None:
    assert refusal(adapter.sent(**{adapter.order: ""})) == ("invalid_fields", adapter.order)


@of([one for one in PUSHES if one.macro])
def test_a_macro_that_was_left_is_refused_by_its_name(adapter: Adapter) -> None:
    for name in (adapter.order, adapter.click, adapter.amount):
        for text in (adapter.macro, f"A-{adapter.macro}"):
            assert refusal(adapter.sent(**{name: text})) == ("macro_not_replaced", name)


@of(ALL)
def test_a_nul_is_refused_by_the_name_of_its_field(adapter: Adapter) -> None:
    for name in (adapter.order, adapter.amount, adapter.click):
        if name:
            code, field = refusal(adapter.sent(**{name: "A\x001"}))
            assert field == name
            assert code in {"invalid_fields", "malformed_json", "invalid_amount"}


@of(ALL)
@pytest.mark.parametrize(
    "text",
    ["2,65", "1 000.00", "1_000", "1e3", "+5", "0x10", ".5", "5.", "NaN", "inf", "--1", "\u0661"],
)
def test_an_amount_that_is_none_is_refused_by_its_name(adapter: Adapter, text: str) -> None:
    assert refusal(adapter.sent(**{adapter.amount: text})) == ("invalid_amount", adapter.amount)


@of(PUSHES)
def test_a_parameter_sent_twice_is_refused(adapter: Adapter) -> None:
    query = adapter.sent().query
    for name in (adapter.order, adapter.amount):
        for value in ("1", ""):
            twice = by_get(adapter.name, query + f"&{name}={value}".encode())
            assert refusal(twice) == ("duplicate_parameter", name)
    encoded = "".join(f"%{ord(letter):02X}" for letter in adapter.order)
    hidden = by_get(adapter.name, query + f"&{encoded}=1".encode())
    assert refusal(hidden) == ("duplicate_parameter", adapter.order)


@of(PUSHES)
def test_aliases_sent_together_are_refused(adapter: Adapter) -> None:
    spoken = built_in()[adapter.name].profile
    assert spoken
    for place in spoken.fields.values():
        for alias in place.names[1:]:
            both = dict.fromkeys(place.names[:1], "1") | {alias: "1"}
            assert refusal(adapter.sent(**both)) == ("duplicate_parameter", alias)


@of(PUSHES)
def test_another_charset_is_refused_by_its_parameter(adapter: Adapter) -> None:
    cyrillic = urlencode({adapter.order: "Заказ"}, encoding="cp1251").encode()
    rest = _flat({k: v for k, v in PUSHED[adapter.name].items() if k != adapter.order})
    query = urlencode(rest).encode() + b"&" + cyrillic
    assert refusal(by_get(adapter.name, query)) == ("not_utf8", adapter.order)
    assert refusal(by_post(adapter.name, query)) == ("not_utf8", adapter.order)


@of(PUSHES)
def test_a_crowd_of_parameters_is_refused(adapter: Adapter) -> None:
    crowd = b"&".join(b"a%d=1" % number for number in range(10_000))
    query = adapter.sent().query + b"&" + crowd
    assert refusal(by_get(adapter.name, query))[0] == "too_many_parameters"


@of([one for one in PUSHES if one.name != "impact"])
def test_json_where_a_form_is_expected_is_refused(adapter: Adapter) -> None:
    code, field = refusal(by_json(adapter.name, _flat(PUSHED[adapter.name])))
    assert (code, field) == ("wrong_content_type", "content-type")


@of(RECORDS)
def test_a_record_that_is_none_is_refused(adapter: Adapter) -> None:
    crowd = {f"x{number}": 1 for number in range(501)}
    assert refusal(adapter.sent(**crowd))[0] in {"too_many_parameters", "invalid_fields"}
    for wrong in ([1], "text", 5, None):
        assert refusal(record(adapter.name, wrong))[0] == "invalid_fields"
    assert refusal(record(adapter.name, {}))[0] == "invalid_fields"
