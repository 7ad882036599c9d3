"""A YAML catalog becomes stores, or every fault is told with its line and field."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.catalog.domain import Status
from services.catalog.files.located import UnusableFile
from services.catalog.rates import excluded, flat, percent
from tests.unit.catalog.files import STORE, changed, problems, read, with_promotion, yaml_file

RATES = "rates: {others: 2%}"


def test_a_right_file_becomes_stores() -> None:
    file = read(yaml_file(changed(RATES, "rates: {beer: 500 rub, others: 7.25%, gum: excluded}")))
    [entry] = file.entries
    store = entry.store
    assert store.tracking_url == "http://shop.test:8112/shop/corner?subid={click_id}"
    assert store.terms[0].valid_from == datetime(2025, 12, 31, 21, tzinfo=UTC)
    assert store.terms[0].rates == (flat("beer", 500), excluded("gum"), percent(None, 725))
    assert (store.status, entry.says_status) == (Status.ACTIVE, False)
    assert store.attribution_days == 30
    assert [group.group_id for group in file.groups] == ["retail"]


def test_terms_without_an_end_last_until_the_next_ones() -> None:
    two = changed(RATES, RATES + "\n      - valid_from: 2026-06-01\n        " + RATES)
    [entry] = read(yaml_file(two)).entries
    first, second = entry.store.terms
    assert first.valid_to == second.valid_from
    assert second.valid_to is None


def test_words_that_yaml_likes_to_convert_stay_text() -> None:
    [entry] = read(yaml_file(changed("Corner Shop", "no"))).entries
    assert entry.store.name == "no"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: Corner Shop", "name: ''", "9: stores[0].name: Write something here"),
        ("name: Corner Shop", "name: <b>x</b>", "9: stores[0].name: Plain text only"),
        ("name: Corner Shop", f"name: {'x' * 101}", "9: stores[0].name: At most 100 characters"),
        ("name: Corner Shop", "name: [a, b]", "9: stores[0].name: Write one value here"),
        ("name: Corner Shop", 'name: "a\\0b"', "9: stores[0].name: The character U+0000"),
        ("name: Corner Shop", "", "8: stores[0].name: Missing data"),
        ("name: Corner Shop", "nmae: Corner", "9: stores[0].nmae: Unknown field"),
        ("store_id: corner", "store_id: Corner", "8: stores[0].store_id: Small letters"),
        ("store_id: corner", f"store_id: {'c' * 65}", "8: stores[0].store_id: Small letters"),
        ("days: 30", "days: 91", "16: stores[0].confirmation_days: A whole number from 0 to 90"),
        ("days: 30", "days: 3e1", "16: stores[0].confirmation_days: A whole number"),
        ("days: 30", "days: ٣", "16: stores[0].confirmation_days: A whole number"),
        (RATES, "rates: {others: 7}", "19: stores[0].terms[0].rates.others: A rate is"),
        (RATES, "rates: {others: 101%}", "19: stores[0].terms[0].rates.others: A rate is"),
        (RATES, "rates: {others: 0%}", "19: stores[0].terms[0].rates.others: A rate is"),
        (RATES, "rates: {others: -2%}", "19: stores[0].terms[0].rates.others: A rate is"),
        (RATES, "rates: {others: 7.255%}", "19: stores[0].terms[0].rates.others: A rate is"),
        (RATES, "rates: {others: ~}", "19: stores[0].terms[0].rates.others: Write one value"),
        (RATES, "rates: 2%", "19: stores[0].terms[0].rates: Say what goods earn"),
        (RATES, "rates: {a=b: 2%}", "19: stores[0].terms[0].rates.a=b: A category is"),
        ("2026-01-01", "2026-02-30", "18: stores[0].terms[0].valid_from: A date"),
        ("2026-01-01", "0001-01-01", "18: stores[0].terms[0].valid_from: Not of the years 2000"),
        ("2026-01-01", "0000-01-01", "18: stores[0].terms[0].valid_from: A date"),
        ("2026-01-01", "2026-01-01T10:00", "18: stores[0].terms[0].valid_from: A date"),
        ("2026-01-01", "yesterday", "18: stores[0].terms[0].valid_from: A date"),
        ("2026-01-01", "2026-W01-1", "18: stores[0].terms[0].valid_from: A date"),
        ("2026-01-01", "20260101", "18: stores[0].terms[0].valid_from: A date"),
        ("2026-01-01", "٢٠٢٦-01-01", "18: stores[0].terms[0].valid_from: A date"),
        ("2026-01-01", "1999-12-31", "18: stores[0].terms[0].valid_from: Not of the years 2000"),
        ("2026-01-01", "2200-01-01", "18: stores[0].terms[0].valid_from: Not of the years 2000"),
        (
            "2026-01-01",
            "9999-12-31T23:59Z",
            "18: stores[0].terms[0].valid_from: Not of the years 2000",
        ),
        (
            "{partner_shop}",
            "https://x.example:99999",
            "15: stores[0].tracking_url: An http(s) link",
        ),
        ("{partner_shop}", "https://x.example:0", "15: stores[0].tracking_url: An http(s) link"),
        ("{partner_shop}", "https://x..example", "15: stores[0].tracking_url: An http(s) link"),
        ("{partner_shop}", "https://x-.example", "15: stores[0].tracking_url: An http(s) link"),
        ("{partner_shop}", "https://999.1.1.1", "15: stores[0].tracking_url: An http(s) link"),
        (
            "{partner_shop}",
            f"https://{'x' * 64}.example",
            "15: stores[0].tracking_url: An http(s) link",
        ),
        ("subid={click_id}", "subid=1", "15: stores[0].tracking_url: An http(s) link"),
        ("{partner_shop}", "javascript:", "15: stores[0].tracking_url: An http(s) link"),
        ("{partner_shop}", "{other_shop}", "15: stores[0].tracking_url: An http(s) link"),
        ("{partner_shop}", "http://u:p@shop.test", "15: stores[0].tracking_url: An http(s) link"),
        ("{partner_shop}", "http://{click_id}.test", "15: stores[0].tracking_url: An http(s) link"),
        ("group: retail", "group: retail\n    status: closed", "12: stores[0].status: Must be one"),
    ],
)
def test_a_wrong_field_is_told_with_its_line(old: str, new: str, said: str) -> None:
    found = problems(yaml_file(changed(old, new)))
    assert any(one.startswith(said) for one in found), found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: The file must begin with `stores:`"),
        ("- a", "1: The file must begin with `stores:`"),
        ("stores: []", "1: stores: Length must be between 1"),
        ("stores: 7", "1: stores: Not a valid list"),
        ("stores:\n  - 7", "2: stores[0]: Invalid input type"),
        ("stores:\n  - a: [", "3: This is not YAML"),
        ("stores:\n\t- a", "2: This is not YAML"),
        ("stores: 1\nstores: 2", "2: stores: This key stands here twice; first on line 1"),
        ("stores: &a [1]\nmore: *a", "1: Anchors and aliases"),
        ("stores: !!python/object/apply:os.system [ls]", "1: Tags (!) are not accepted"),
        ("stores: !!str x", "1: Tags (!) are not accepted"),
        ("stores: 1\n---\nstores: 2", "2: A second document"),
        ("? [a]\n: 1", "1: A key must be plain text"),
        ("stores: " + "[" * 10_000, "1: This is nested deeper than 12 levels"),
        ("stores: \x07", "1: This is not YAML"),
        (b"stores:\n  - name: \xff\xfe", "2: The byte 0xFF is not UTF-8"),
        ("stores:\n - [" + "x," * 5001 + "]", "2: stores[0]: At most 5000 stand in one list."),
        (
            "stores:\n - {" + ",".join(f"k{number}" for number in range(1001)) + "}",
            "2: stores[0]: At most 1000 keys stand in one place.",
        ),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str | bytes, said: str) -> None:
    found = problems(text)
    assert any(one.startswith(said) for one in found), found


def test_a_billion_laughs_are_refused_before_they_unfold() -> None:
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert problems("\n".join(lines)) == [
        "1: Anchors and aliases (& and *) are not accepted: write it out."
    ]


def test_all_faults_of_a_file_are_told_together_in_its_order() -> None:
    bad = changed("name: Corner Shop", "name: ''")
    bad = changed("days: 30", "days: x", bad)
    other = changed("store_id: corner", "store_id: Other").replace("2%", "2")
    found = problems(yaml_file(bad, other))
    assert [one.split(":")[0] for one in found] == ["9", "16", "20", "31"]


def test_a_file_of_nothing_but_faults_is_not_read_to_its_end() -> None:
    """What breaks it: each of 340 000 empty stores checked field by field takes minutes."""
    assert problems("stores: [" + "{}," * 340_000 + "]") == [
        "1: stores: At most 5000 stand in one list."
    ]
    with pytest.raises(UnusableFile, match="more than 100 problems, the first 100 are shown"):
        read("stores:\n" + "  - {}\n" * 5000)
    assert problems("stores:\n" + "  - {}\n" * 5000)[-1].startswith("11: stores[9].")


def test_no_store_has_more_terms_than_can_be_shown() -> None:
    terms = "terms: [" + "{}, " * 51 + "]"
    found = problems(yaml_file(STORE.split("terms:", maxsplit=1)[0] + terms + "\n"))
    assert found == ["17: stores[0].terms: Length must be between 1 and 50."]


def test_a_store_stands_in_a_file_once() -> None:
    assert problems(yaml_file(STORE, STORE)) == [
        "20: stores[1].store_id: 'corner' stands in this file twice."
    ]


@pytest.mark.parametrize(
    ("store", "said"),
    [
        (
            changed(RATES, "valid_to: 2025-12-01\n        " + RATES),
            "19: stores[0].terms[0].valid_to: This ends before it begins.",
        ),
        (
            changed(RATES, RATES + "\n      - valid_from: 2025-01-01\n        " + RATES),
            "18: stores[0].terms[0].valid_to: This ends before it begins.",
        ),
        (
            with_promotion("""
                name: Sale
                valid_from: 2025-12-01
                valid_to: 2026-02-01
                rates: {others: 5%}"""),
            "22: stores[0].promotions[0].valid_from: The store has no terms at some of this time.",
        ),
        (
            with_promotion("""
                name: Sale
                valid_from: 2026-03-01
                valid_to: 2026-04-01
                rates: {others: 500 rub}"""),
            (
                "24: stores[0].promotions[0].rates.others: The terms pay 2 % here: "
                "raise a percentage by a percentage, a sum by a sum."
            ),
        ),
        (
            with_promotion("""
                name: Sale
                valid_from: 2026-03-01
                valid_to: 2026-04-01
                rates: {others: excluded}"""),
            (
                "24: stores[0].promotions[0].rates.others: A promotion only raises rates; "
                "leave these goods out."
            ),
        ),
    ],
)
def test_periods_must_fit_together(store: str, said: str) -> None:
    assert problems(yaml_file(store)) == [said]


@given(st.binary(max_size=300))
@example(b"stores: \xf0\x9f")
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    """What breaks it: an exception other than UnusableFile becomes a 5xx."""
    problems(raw)
    problems(raw, "text/csv")


@given(st.data())
def test_no_mutation_of_a_right_file_breaks_the_reader(data: st.DataObject) -> None:
    text = yaml_file()
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 12))
    piece = data.draw(st.text(max_size=8) | st.sampled_from(["&a", "*a", "!!x", "{", "- ", "\n"]))
    try:
        read((text[:start] + piece + text[start + length :]).encode("utf-8", "surrogatepass"))
    except UnusableFile:
        return
