"""The kinds of pulls, by the names that clerks set them up under."""

from collections.abc import Mapping
from enum import StrEnum

from services.partner_postback.pulls.networks import admitad, awin, cj, impact, revision
from services.partner_postback.pulls.paging import Pager


class Kind(StrEnum):
    """Whose list is pulled; the codes are part of the contract with clerks."""

    ADMITAD_STATISTICS = "admitad_statistics"
    AWIN_TRANSACTIONS = "awin_transactions"
    CJ_COMMISSIONS = "cj_commissions"
    IMPACT_ACTIONS = "impact_actions"
    ADMITAD_REVISION_XML = "admitad_revision_xml"


PAGERS: Mapping[Kind, Pager] = {
    Kind.ADMITAD_STATISTICS: admitad.PAGER,
    Kind.AWIN_TRANSACTIONS: awin.PAGER,
    Kind.CJ_COMMISSIONS: cj.PAGER,
    Kind.IMPACT_ACTIONS: impact.PAGER,
    Kind.ADMITAD_REVISION_XML: revision.PAGER,
}
