"""What the till's lane takes for plain is what Flask's schema would have taken, to the letter."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payout.api.tills.lane import read_plain
from services.payout.api.tills.schemas import PurchaseSchema
from shared.json_body import read_json

CODE = "7KQ4-M2XW-9HBD-R5TE"
PLAIN: dict[str, Any] = {
    "code": CODE,
    "receipt": "R-1 7",
    "goods": "smartphone",
    "price_minor": 150_000,
}
PLAIN_BODY = json.dumps(PLAIN).encode()
TEXTS = st.text(max_size=70) | st.text(" -7KQaR\u00a0\u200b\n\t\"\\'", max_size=8)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "code": st.sampled_from([CODE, CODE.lower(), "7" * 41]) | TEXTS,
    "receipt": st.sampled_from(["R-1", "R 1", "R  1", " R", "\uff32 1", "R" * 65]) | TEXTS,
    "goods": st.sampled_from(["smartphone", "case", ""]),
    "price_minor": st.sampled_from([1, 10**9, 10**9 + 1, 0, 150.0, True, None, "5"])
    | st.integers()
    | st.floats(allow_nan=False),
}


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A purchase with one value or two replaced, perhaps one name more or said twice."""
    said = [*PLAIN.items()]
    for name in draw(st.lists(st.sampled_from([*PLAIN]), max_size=2)):
        said[[*PLAIN].index(name)] = (name, draw(VALUES[name]))
    if draw(st.booleans()):
        name = draw(st.sampled_from([*PLAIN, "till"]))
        said.append((name, draw(VALUES.get(name, TEXTS))))
    how = {"ensure_ascii": draw(st.booleans())}
    written = (f"{json.dumps(name)}: {json.dumps(value, **how)}" for name, value in said)
    return f"{{{draw(st.sampled_from([', ', ',', ' ,'])).join(written)}}}".encode(
        errors="surrogatepass"
    )


@given(bodies())
def test_what_is_plain_is_what_flask_would_have_taken(body: bytes) -> None:
    """INVARIANT: the lane takes nothing that Flask would refuse or read otherwise."""
    plain = read_plain(body)
    if plain is not None:
        taken: Any = PurchaseSchema().load(read_json(body))  # type: ignore[arg-type]
        assert {name: getattr(plain, name) for name in taken} == taken


@pytest.mark.parametrize(
    "how", [{}, {"receipt": "R"}, {"code": CODE.lower()}, {"price_minor": 1}, {"receipt": "R" * 64}]
)
def test_what_tills_send_is_plain(how: dict[str, Any]) -> None:
    """What would break it: every purchase takes the slow way, and nobody sees it."""
    sent = PLAIN | how
    for separators in ((",", ":"), (", ", ": ")):
        plain = read_plain(json.dumps(sent, separators=separators).encode())
        assert plain is not None
        assert (plain.code, plain.receipt) == (sent["code"], sent["receipt"])


PRICE = b'"price_minor": 150000'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        PLAIN_BODY + b" x",
        PLAIN_BODY.replace(PRICE, PRICE + b", " + PRICE),
        PLAIN_BODY.replace(PRICE, PRICE + b".0"),
        PLAIN_BODY.replace(b"R-1 7", b"R-1  7"),
        PLAIN_BODY.replace(b"R-1 7", b"R-1\\n"),
        PLAIN_BODY.replace(b"R-1 7", b"R-1\xff"),
        PLAIN_BODY.replace(b"smartphone", b"case"),
    ],
)
def test_what_is_not_plain_is_left_to_flask(body: bytes) -> None:
    assert read_plain(PLAIN_BODY) is not None
    assert read_plain(body) is None
