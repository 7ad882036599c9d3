"""A push of each network through the real app: its verdict, its receipt, and what it hears."""

from typing import Any

import pytest
from sqlalchemy import text

from services.partner_postback.formats import built_in
from tests.integration.partner_postback.partner import CLERK, Desk
from tests.integration.partner_postback.pushing import CLICKS, FIXED, Network, speak

NETWORKS = pytest.mark.parametrize("name", CLICKS)


@pytest.fixture
def network(desk: Desk, name: str) -> Network:
    return speak(desk, name)


def heard(network: Network, answer: Any, status: int) -> None:
    """Who is answered alike whatever the verdict hears 200 and those words, others the status."""
    if network.name in FIXED:
        assert (answer.status_code, answer.text) == (200, FIXED[network.name])
        assert answer.content_type.startswith("text/plain")
    else:
        assert answer.status_code == status, answer.text
        assert answer.json["receipt_id"]


@NETWORKS
def test_a_sample_is_accepted_and_its_receipt_names_the_profiles_version(network: Network) -> None:
    name = network.name
    one_line = {"position_count": "1"} if name == "admitad-store" else {}
    heard(network, network.push(**one_line), 200)
    receipt = network.receipt()
    assert (receipt["verdict"], receipt["code"]) == ("accepted", "recorded")
    assert (receipt["format"], receipt["format_version"]) == (name, built_in()[name].version)
    assert receipt["conversion_id"]
    assert len(network.desk.events()) == 1


@NETWORKS
def test_a_sample_repeated_counts_once(network: Network) -> None:
    same = {CLICKS[network.name]: network.partner.click(hours=1)}
    one_line = {"position_count": "1"} if network.name == "admitad-store" else {}
    sent = network.sample(**same, **one_line)
    assert [network.told(**sent)[0] for _ in range(3)] == ["accepted", "duplicate", "duplicate"]
    assert network.desk.count("conversions") == 1


@NETWORKS
def test_a_click_that_is_not_ours_is_held(network: Network) -> None:
    heard(network, network.push(**{CLICKS[network.name]: "x" * 64}), 202)
    receipt = network.receipt()
    assert (receipt["verdict"], receipt["code"]) == ("held", "unknown_click")


WRONG = {
    "admitad": ("order_sum", "2,65"),
    "admitad-store": ("price", "2,65"),
    "awin": ("transactionAmount", "26,09"),
    "impact": ("amount", "{Amount}"),
    "rakuten": ("sale_amount", "40,00"),
    "affise": ("goal", "0"),
    "affise-reach": ("status", "5"),
    "tradedoubler": ("orderValue", "599,90"),
}


@NETWORKS
def test_what_is_wrong_is_refused_on_record_by_the_networks_own_name(network: Network) -> None:
    field, wrong = WRONG[network.name]
    answer = network.push(**{field: wrong})
    heard(network, answer, 422)
    receipt = network.receipt()
    assert (receipt["verdict"], receipt["field"]) == ("refused", field)
    assert field in receipt["detail"]
    assert wrong in receipt["request"]["query"] + receipt["request"]["body"] or "%" in str(receipt)


@NETWORKS
def test_json_where_the_network_sends_a_form_is_refused_on_record(network: Network) -> None:
    path = f"/postbacks/{network.partner.partner_id}/{network.name}"
    bearer = {"Authorization": f"Bearer {network.partner.key}"}
    answer = network.desk.client.post(path, json=[1], headers=bearer)
    if network.name == "tradedoubler":  # its proof is among the parameters
        assert answer.status_code == 401
        return
    heard(network, answer, 422 if network.name == "impact" else 415)
    assert network.receipt()["verdict"] == "refused"


@NETWORKS
def test_the_key_is_in_no_table_and_a_wrong_one_leaves_nothing(network: Network) -> None:
    network.push()
    bearer = {"Authorization": f"Bearer {network.partner.key}"}
    path = f"/postbacks/{network.partner.partner_id}/{network.name}"
    elsewhere = {"note": f"my key is {network.partner.key}"}
    network.desk.client.get(path, query_string=elsewhere, headers=bearer)
    network.desk.client.post(path, json=elsewhere, headers=bearer)
    with network.desk.engine.connect() as connection:
        rows = connection.scalars(
            text("SELECT receipts::text || encode(body, 'escape') FROM receipts")
        ).all()
    assert rows
    assert not any(network.partner.key in row for row in rows)
    before = network.desk.count("receipts")
    forged = {
        "tradedoubler": {"checksum": "v04" + "0" * 32},
        "admitad-store": {"postback_key": "k" * 32},
        "affise": {"secure": "wrong"},
        "affise-reach": {"secure": "wrong"},
    }.get(network.name, {"token": "wrong"})
    if network.name == "awin":
        network.partner.key = "wrong"
    answer = network.push(**forged)
    assert answer.status_code == 401
    assert answer.json
    expected = "checksum_wrong" if network.name == "tradedoubler" else "key_wrong"
    assert answer.json["code"] == expected
    assert network.desk.count("receipts") == before


@NETWORKS
def test_a_sender_outside_the_ip_list_is_refused_on_record(desk: Desk, name: str) -> None:
    network = speak(desk, name, ip_allow_list=["192.0.2.0/24"])
    heard(network, network.push(), 403)
    assert network.receipt()["code"] == "ip_not_allowed"


@NETWORKS
def test_a_partner_that_was_not_allowed_the_format_is_refused(desk: Desk, name: str) -> None:
    network = speak(desk, name)
    path = f"/partners/{network.partner.partner_id}"
    desk.client.put(path, json={"name": "x", "formats": ["signed"]}, headers=CLERK)
    heard(network, network.push(), 403)
    assert network.receipt()["code"] == "format_not_allowed"
