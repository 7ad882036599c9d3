"""A CSV catalog says the same as a YAML one: a line a store, further lines for its periods."""

import pytest

from services.catalog.rates import excluded, percent
from tests.unit.catalog.files import problems, read

HEAD = (
    "store_id,name,partner_id,group,subgroup,description,conditions,tracking_url,"
    "deep_link_hosts,confirmation_days,promotion,valid_from,valid_to,rates\n"
)
CORNER = (
    'corner,Corner Shop,home-market,retail,groceries,"Open, until midnight.",None.,'
    "{partner_shop}/shop/corner?subid={click_id},a.example | b.example,30,,2026-01-01,,"
    "others=2% | gum=excluded\n"
)
LATER = "corner,,,,,,,,,,,2026-06-01,,others=3%\n"
SALE = "corner,,,,,,,,,,Black Friday,2026-11-27,2026-12-01,others=9%\n"


def problems_of(*lines: str) -> list[str]:
    return problems("".join(lines), "text/csv")


def test_lines_of_one_store_become_its_terms_and_promotions() -> None:
    [entry] = read(HEAD + CORNER + LATER + SALE, "text/csv").entries
    store = entry.store
    assert store.description == "Open, until midnight."
    assert store.deep_link_hosts == ("a.example", "b.example")
    assert [terms.rates for terms in store.terms] == [
        (excluded("gum"), percent(None, 200)),
        (percent(None, 300),),
    ]
    assert [promotion.name for promotion in store.promotions] == ["Black Friday"]


def test_semicolons_part_columns_where_spreadsheets_write_them() -> None:
    text = (HEAD + CORNER.replace('"Open, until midnight."', "Open")).replace(",", ";")
    assert len(read(text, "text/csv").entries) == 1


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter() -> None:
    text = "\ufeff" + (HEAD + CORNER).replace("\n", "\r\n")
    assert len(read(text, "text/csv").entries) == 1


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["nmae,store_id\n"], "1: nmae: No such column."),
        (["store_id,store_id\n"], "1: store_id: This column stands here twice."),
        ([""], "1: store_id: The first line names the columns"),
        ([HEAD], "1: stores: Length must be between 1"),
        ([HEAD, CORNER, "corner,Again,,,,,,,,,,,,\n"], "3: name: Only the first line"),
        ([HEAD, CORNER.replace(",30,", ",x,")], "2: stores[0].confirmation_days: A whole"),
        ([HEAD, CORNER, SALE.replace("9%", "9")], "3: stores[0].promotions[0].rates.others: A"),
        ([HEAD, CORNER.replace("gum=", "others=")], "2: rates: 'others' stands here twice."),
        ([HEAD, CORNER.rstrip() + ",more\n"], "2: 15 cells stand in a line of 14 columns."),
        ([HEAD, '"corner'], "2: This is not CSV"),
        ([HEAD, CORNER, "\n", 'corner,"x\n,y\n'], "4: This is not CSV"),
        ([HEAD, CORNER.replace("None.", "x" * 131_073)], "2: This is not CSV: field larger"),
        (['"store_id'], "1: This is not CSV"),
        ([HEAD, CORNER, SALE.replace("2026-12-01", "9999-12-31T23:59Z")], "3: stores[0].promot"),
        (["store_id\n", *(f"{one}\n" for one in range(5001))], "5002: stores: At most 5000"),
        (["store_id,rates\n", *["a,b\n"] * 51], "52: stores[0].terms: At most 50"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(lines: list[str], said: str) -> None:
    found = problems_of(*lines)
    assert any(one.startswith(said) for one in found), found


def test_a_line_after_a_cell_of_several_lines_keeps_its_number() -> None:
    tall = CORNER.replace("Open, until midnight.", "Open,\nuntil\nmidnight.")
    assert problems_of(HEAD, tall, SALE.replace("2026-12-01", "soon"))[0].startswith("5: ")
