"""What is written of a message, and read back: a repeat is known by being equal to it."""

from datetime import timedelta
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.domain.algebra import Message, Says
from services.partner_postback.store.rows import message_row
from services.partner_postback.verdicts import Taken
from tests.unit.partner_postback.messages import ORDERED_AT, rubles

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
moments = st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda ago: ORDERED_AT - ago)
messages = st.builds(
    Message,
    order_id=texts,
    line_id=texts,
    action=texts,
    says=st.sampled_from(Says),
    status_at=moments,
    click_id=st.none() | texts,
    amount=st.none() | st.integers(0, 10**6).map(rubles),
    category=st.none() | texts,
    ordered_at=st.none() | moments,
    reason=st.none() | texts,
)


@given(messages, messages)
def test_a_message_is_read_back_as_it_was(one: Message, other: Message) -> None:
    """INVARIANT: what is equal has one hash, or a repeat would be news for ever, and refused."""
    rows = [message_row(Taken(UUID(int=1), UUID(int=2), each)) for each in (one, other)]
    read = [msgspec.json.decode(bytes(row["content"]), type=Message) for row in rows]
    assert read == [one, other]
    assert (rows[0]["content_hash"] == rows[1]["content_hash"]) is (one == other)
