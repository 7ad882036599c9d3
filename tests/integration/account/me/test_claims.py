"""A claim is opened with its file or not at all, and before its time the page says when."""

from typing import Any

from tests.integration.account.me.conftest import Reader
from tests.integration.account.me.neighbours import BONUS, CLAIM, Neighbours

NEW = "/me/claims/new"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 2_000_000
WHOLE = {"claim_id": CLAIM, "store_name": "AliExpress", "order_id": "77", "state": "opened"}
WHOLE |= {"amount_minor": 125050, "currency": "RUB", "file": None, "bonuses": [], "steps": []}
WHOLE |= {"ordered_at": "2026-11-01T10:00:00Z", "opened_at": "2026-11-29T10:00:00Z"}
WHOLE |= {"answer_by": "2027-01-13T10:00:00Z", "opened_by": "member", "reason": None}


def typed(neighbours: Neighbours, **changes: Any) -> dict[str, Any]:
    """What a member types of an order at the one store that is called so."""
    stores = {"data": [{"store_id": "aliexpress", "name": "AliExpress"}], "next": None}
    neighbours.answers["GET /api/stores"] = stores
    neighbours.answers["POST /me/claims"] = (201, WHOLE)
    neighbours.answers[f"GET /me/claims/{CLAIM}"] = WHOLE
    fields = {"store": "aliexpress", "order": "77", "ordered_on": "2026-11-01", "currency": "RUB"}
    return fields | {"amount": "1 250,50"} | changes


def test_a_claim_is_opened_with_its_file(reader: Reader, neighbours: Neighbours) -> None:
    """A file may be larger than any other form of the site."""
    neighbours.answers[f"PUT /me/claims/{CLAIM}/file"] = WHOLE
    reader.opens(NEW)
    file = ("C:\\photos\\receipt.png", PICTURE)
    said = reader.sends(NEW, file, **typed(neighbours))
    assert "You have an answer by 13 January 2027" in said
    [filed] = neighbours.asked("POST /me/claims")
    assert (filed["store_id"], filed["amount_minor"]) == ("aliexpress", 125050)
    assert filed["ordered_at"] == "2026-11-01T20:59:59Z"
    assert neighbours.asked(f"PUT /me/claims/{CLAIM}/file") == [PICTURE]


def test_a_file_that_cannot_be_opens_no_claim(reader: Reader, neighbours: Neighbours) -> None:
    reader.opens(NEW)
    said = reader.sends(NEW, ("virus.exe", b"MZ"), **typed(neighbours))
    assert reader.page.status_code == 422
    assert said.count("Attach a photo (PNG or JPG), a PDF or a text file.") == 2
    assert 'value="1 250,50"' in reader.page.text
    assert not neighbours.asked("POST /me/claims")


def test_too_large_a_file_is_refused_as_a_whole(reader: Reader, neighbours: Neighbours) -> None:
    reader.opens(NEW)
    huge = ("huge.png", b"0" * 6 * 1024 * 1024)
    reader.sends(NEW, huge, **typed(neighbours))
    assert reader.page.status_code == 413
    assert not neighbours.asked("POST /me/claims")


def test_before_its_time_the_page_says_when(reader: Reader, neighbours: Neighbours) -> None:
    fields = typed(neighbours)
    promised = {"promised_at": "2026-12-16T10:00:00Z"}
    neighbours.refuse("POST /me/claims", 409, "too_early", **promised)
    reader.opens(NEW)
    said = reader.sends(NEW, **fields)
    assert "the store has until 16 December 2026 to confirm this purchase" in said


def test_an_order_claimed_before_leads_to_its_claim(reader: Reader, neighbours: Neighbours) -> None:
    """A second click does so too."""
    fields = typed(neighbours)
    neighbours.refuse("POST /me/claims", 409, "claimed_before", claim_id=CLAIM)
    reader.opens(NEW)
    assert "You have claimed this order already: here it is." in reader.sends(NEW, **fields)


def test_an_order_with_a_bonus_leads_to_it(reader: Reader, neighbours: Neighbours) -> None:
    fields = typed(neighbours)
    neighbours.refuse("POST /me/claims", 409, "has_bonus", bonus_id=BONUS)
    reader.opens(NEW)
    assert "This order has its bonus already." in reader.sends(NEW, **fields)
    assert f"/me/bonuses/{BONUS}" in reader.page.text


def test_of_several_stores_one_is_chosen(reader: Reader, neighbours: Neighbours) -> None:
    fields = typed(neighbours, store="express")
    stores = [{"store_id": name.lower(), "name": name} for name in ("AliExpress", "ExpressPost")]
    neighbours.answers["GET /api/stores"] = {"data": stores, "next": None}
    reader.opens(NEW)
    assert "Several stores are called so: choose one below." in reader.sends(NEW, **fields)
    reader.sends(NEW, **fields, store_id="expresspost")
    [filed] = neighbours.asked("POST /me/claims")
    assert filed["store_id"] == "expresspost"


def test_a_file_is_saved_and_never_opened(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers[f"GET /me/claims/{CLAIM}/file"] = b"<script>alert(1)</script>"
    reader.opens(f"/me/claims/{CLAIM}/file")
    assert reader.page.mimetype == "application/octet-stream"
    assert reader.page.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in reader.page.headers["Content-Security-Policy"]


def test_a_claim_that_has_ended_cannot_be_withdrawn(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers[f"GET /me/claims/{CLAIM}"] = WHOLE
    neighbours.refuse(f"POST /me/claims/{CLAIM}/withdraw", 409, "claim_in_another_state")
    reader.opens(f"/me/claims/{CLAIM}")
    assert "This claim has ended" in reader.sends(f"/me/claims/{CLAIM}/withdraw")
