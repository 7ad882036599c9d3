"""Any record whatever is a message, or is refused by the name of a field."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.partner_postback.domain.algebra import Message
from services.partner_postback.formats import built_in
from services.partner_postback.formats.profile import Profile
from services.partner_postback.formats.profile.record import read_record
from services.partner_postback.formats.request import Refused
from tests.unit.partner_postback.networks.samples import PUSHED, READ

PROFILES = [one.profile for one in built_in().values() if one.profile]
VALUES = {
    text for sent in (PUSHED, READ) for one in sent.values() for text in map(str, one.values())
}
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(sorted(VALUES)),
    st.sampled_from(["", "None", "-1", "0", "1e9", "{x}", "9" * 300, "٣", "\x00", "\ud800"]),
)


@settings(max_examples=800, deadline=None)
@given(st.data())
def test_whatever_a_record_holds_it_is_a_message_or_refused_by_name(data: st.DataObject) -> None:
    """INVARIANT: nothing that a partner sends is an error of ours."""
    spoken = data.draw(st.sampled_from(PROFILES))
    names = st.one_of(st.sampled_from(sorted(spoken.known)), st.text(max_size=8))
    sent = {**PUSHED, **READ}[spoken.name]
    good = {name: str(value) for name, value in sent.items() if isinstance(value, str | int)}
    changes = data.draw(st.dictionaries(names, TEXTS, max_size=6))
    base = data.draw(st.sampled_from([good, {}]))
    made = outcome(spoken, {**base, **changes})
    if isinstance(made, Refused):
        assert made.field is not None
        assert str(made).isprintable()
    else:
        assert made.order_id


def outcome(spoken: Profile, sent: dict[str, str]) -> Message | Refused:
    try:
        return read_record(spoken, sent)
    except Refused as refused:
        return refused
