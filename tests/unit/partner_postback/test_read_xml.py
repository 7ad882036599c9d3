"""XML record by record: no declarations, no entities, no tree; what is broken has its line."""

import pytest

from services.partner_postback.files.broken import BrokenFile, Fault
from services.partner_postback.files.rows import LONGEST_RECORD, ROWS_IN_A_CHUNK
from services.partner_postback.formats.request import Refused
from tests.unit.partner_postback.files import PLAIN_XML, XML, records

ITEM = "<Item><order_id>A-1</order_id><status>approved</status></Item>"
BOMB = """<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
EXTERNAL = '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>'


def document(items: str = ITEM, before: str = "") -> bytes:
    return f'<?xml version="1.0"?>{before}\n<Items xmlns="urn:items">{items}</Items>'.encode()


def broken(content: bytes, charset: str | None = None) -> BrokenFile:
    with pytest.raises(BrokenFile) as raised:
        records(content, XML, charset)
    return raised.value


def test_a_record_is_the_texts_of_its_elements_by_their_paths() -> None:
    item = """<Item kind="sale"><order_id> A-1
        </order_id><sum currency="RUB">5.00</sum><goods><one>cup</one></goods><empty/><n>None</n>
        <reason>a &amp; &lt;b&gt; &#1078;<![CDATA[ & c ]]></reason><!-- no --></Item>"""
    assert records(document(item), XML) == [
        {
            "@kind": "sale",
            "order_id": "A-1",
            "sum@currency": "RUB",
            "sum": "5.00",
            "goods.one": "cup",
            "empty": "",
            "n": "None",
            "reason": "a & <b> ж & c",
        }
    ]


def test_only_elements_of_the_profiles_namespace_are_records() -> None:
    other = '<Item xmlns="urn:other"><order_id>A-2</order_id></Item>'
    prefixed = '<i:Item xmlns:i="urn:items"><i:order_id>A-3</i:order_id></i:Item>'
    found = records(document(ITEM + other + prefixed), XML)
    assert [one["order_id"] for one in found] == ["A-1", "A-3"]
    assert records(f"<Items>{ITEM}</Items>".encode(), PLAIN_XML)[0]["order_id"] == "A-1"
    assert broken(f"<Items>{ITEM}</Items>".encode()).code == Fault.NO_ROWS


def test_an_element_that_is_there_twice_is_its_rows_fault() -> None:
    twice = "<Item><order_id>A-1</order_id><order_id>A-2</order_id></Item>"
    with pytest.raises(Refused, match="order_id: It is there twice"):
        records(document(twice), XML)


@pytest.mark.parametrize("declared", ["windows-1251", "koi8-r", "utf-8", "utf-16"])
def test_the_charset_is_what_the_document_declares(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><Items xmlns="urn:items"><Item><order_id>Ж'
    content = f"{text}</order_id></Item></Items>".encode(declared)
    assert records(content, XML) == [{"order_id": "Ж"}]


def test_the_charset_of_the_content_type_rules() -> None:
    assert records(document(ITEM.replace("A-1", "Ж")).decode().encode("cp1251"), XML, "cp1251")
    for wrong in ("no-charset", "\x00", "rot13", "ж"):
        assert broken(document(), wrong).code == Fault.WRONG_CHARSET


@pytest.mark.parametrize(
    "before", [BOMB, EXTERNAL, "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">']
)
def test_declarations_are_forbidden(before: str) -> None:
    """INVARIANT: ten lines of entities stand for a gigabyte, one for a file of ours."""
    fault = broken(document(ITEM.replace("A-1", "&b;"), before))
    assert (fault.code, fault.line) == (Fault.FORBIDDEN_XML, 1)


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (document()[:-9], Fault.BROKEN_XML, 2),
        (document(ITEM + "\n<Item>&nbsp;</Item>"), Fault.BROKEN_XML, 3),
        (b"order_id,status\nA-1,approved\n", Fault.BROKEN_XML, 1),
        (document(ITEM + "\x00"), Fault.BROKEN_XML, 2),
        (document("<a>" * 100_000), Fault.BROKEN_XML, 2),
        (document("<Item>" + "<a>" * 100 + "</a>" * 100 + "</Item>"), Fault.BROKEN_XML, 2),
        (document(f"<Item>{'<a/>' * 501}</Item>"), Fault.BROKEN_XML, 2),
        (document("<Other/>"), Fault.NO_ROWS, None),
        (document(""), Fault.NO_ROWS, None),
        (b"\xff\xfe\xfd", Fault.BROKEN_XML, 1),
    ],
)
def test_a_broken_document_is_refused_with_its_line(
    content: bytes, code: Fault, line: int | None
) -> None:
    fault = broken(content)
    assert (fault.code, fault.line) == (code, line)


def test_a_text_without_end_is_named() -> None:
    fault = broken(document(f"<Item><reason>{'x' * (LONGEST_RECORD + 1)}</reason></Item>"))
    assert (fault.code, fault.line, fault.field) == (Fault.RECORD_TOO_LONG, 2, "reason")


@pytest.mark.parametrize("begins", ["<Item reason='", "<!-- ", "<?x "])
def test_a_tag_or_comment_without_end_is_named(begins: str) -> None:
    """INVARIANT: the parser would keep all of it, and take a minute for 100 MB."""
    fault = broken(document(begins + "x" * 10_000_000))
    assert (fault.code, fault.line) == (Fault.RECORD_TOO_LONG, 2)


def test_many_records_come_in_chunks() -> None:
    assert len(records(document(ITEM * (3 * ROWS_IN_A_CHUNK + 1)), XML)) == 3 * ROWS_IN_A_CHUNK + 1
