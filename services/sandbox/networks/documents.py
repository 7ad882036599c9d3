"""Documents without pages: a store's XML revision file, and the central bank's daily rates."""

from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from flask import Blueprint, Response

from services.sandbox.faults import Fault
from services.sandbox.networks import misbehave, pages

blueprint = Blueprint("documents", __name__)
_MOSCOW = ZoneInfo("Europe/Moscow")
_XML = "application/xml"
_STATUS = {"approved": "1", "declined": "2"}
# Rubles for so many units, as the bank writes them; figures of the order of 2026.
_RATES = {
    "AMD": (100, "20,1100"), "BYN": (1, "27,9000"), "CNY": (1, "11,2500"), "EUR": (1, "98,2500"),
    "GBP": (1, "113,6000"), "KZT": (100, "17,4000"), "TRY": (10, "21,5000"), "USD": (1, "90,5000"),
    "VND": (10_000, "35,4000"), "XDR": (1, "122,7000"),
}  # fmt: skip


@blueprint.get("/revision/payments.xml")
def revision() -> Response:
    """Say what became of the orders that were decided."""

    def make(fault: Fault | None) -> bytes:
        del fault
        rows = (
            pages.desk()
            .database.read()
            .execute(
                "SELECT * FROM transactions WHERE network = 'revision' AND status <> 'pending'"
                " ORDER BY number"
            )
        )
        payments = "".join(
            f"<Payment><OrderID>{escape(row['order_id'])}</OrderID>"
            f"<OrderAmount>{row['amount']}</OrderAmount><Status>{_STATUS[row['status']]}</Status>"
            f"</Payment>"
            for row in rows
        )
        frame = '<Payments xmlns="http://admitad.com/payments-revision">'
        return f'<?xml version="1.0" encoding="UTF-8"?>{frame}{payments}</Payments>'.encode()

    return pages.answer("revision", pages.basic(), make, _XML)


@blueprint.get("/central-bank/XML_daily")
def daily_rates() -> Response:
    """Tell today's rates, to everybody."""
    known = pages.desk()
    fault = known.faults.draw("reads", "central-bank")
    instead = misbehave.instead(fault, known.clock())
    today = known.clock().astimezone(_MOSCOW).strftime("%d.%m.%Y")
    lines = "".join(
        f"<Valute><CharCode>{code}</CharCode><Nominal>{nominal}</Nominal>"
        f"<Name>{code}</Name><Value>{value}</Value></Valute>"
        for code, (nominal, value) in _RATES.items()
    )
    frame = f'<ValCurs Date="{today}" name="Foreign Currency Market">{lines}</ValCurs>'
    body = f'<?xml version="1.0" encoding="windows-1251"?>{frame}'.encode("cp1251")
    return instead or misbehave.tell(body, f"{_XML}; charset=windows-1251", fault)
