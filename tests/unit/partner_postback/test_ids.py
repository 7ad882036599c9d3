"""What a partner's business key is called has been written down: it is the same for ever."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.domain.attribution import (
    claim_line_of,
    conversion_id_of,
    order_id_of,
)
from tests.unit.partner_postback.messages import says

SPACE = UUID("0d9c52a3-5f2e-4b5c-9a54-3c8f3f0f6b11")


def test_the_ids_that_are_written_down_are_still_those() -> None:
    reported = says("reported", order_id="Ж-1", line_id="")
    assert str(conversion_id_of("global-mall", reported)) == "99b59d00-2500-5d53-8624-f1d69a6790a0"
    assert str(order_id_of("global-mall", "Ж-1")) == "0dedc13a-3308-5b27-9c27-83b7df5a2b31"
    assert str(claim_line_of("global-mall", "Ж-1")) == "c648df31-ba87-58a6-a49d-6abad17b7f58"


@given(st.text(max_size=12), st.text(max_size=12))
def test_an_id_is_a_uuid_of_version_5(partner_id: str, order_id: str) -> None:
    name = f"{len(partner_id)}:{partner_id}{len(order_id)}:{order_id}"
    assert order_id_of(partner_id, order_id) == uuid5(SPACE, name)


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_two_keys_have_two_ids(one: str, other: str, third: str, fourth: str) -> None:
    alike = (one, other) == (third, fourth)
    assert (order_id_of(one, other) == order_id_of(third, fourth)) is alike
