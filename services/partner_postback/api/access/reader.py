"""Who reads: a partner by its own key, which sees nothing of the others; or a clerk or service."""

from dataclasses import dataclass

from flask import request

from services.partner_postback.partners import Directory, UnknownPartner
from shared.clock import Clock
from shared.identity import Access, NotAllowed, bearer


class NoPartnerNamed(ValueError):
    """A clerk must say whose things to read."""

    code = "invalid_fields"
    field = "partner_id"

    def __init__(self) -> None:
        super().__init__("partner_id: Name the partner; only a partner's own key needs not.")


@dataclass(frozen=True, slots=True)
class Reader:
    """Tells whose things the present request may read or change."""

    access: Access
    directory: Directory
    clock: Clock

    def own(self) -> str | None:
        """Answer the partner that asks, or None for a clerk or a service; raises NotAllowed."""
        partner = self.directory.by_key(bearer(request), self.clock())
        if partner is not None:
            return partner.partner_id
        self.access.require_service(request)
        return None

    def own_or_clerk(self) -> str | None:
        """Answer the partner that asks, or None for a clerk; raises NotAllowed."""
        partner = self.directory.by_key(bearer(request), self.clock())
        if partner is not None:
            return partner.partner_id
        self.access.require_operator(request)
        return None

    def partners_own(self, partner_id: str) -> None:
        """Let a partner pass to what is its own, or a clerk; raises NotAllowed, UnknownPartner.

        To one partner another does not exist.
        """
        own = self.own_or_clerk()
        if own not in (None, partner_id) or self.directory.find(partner_id) is None:
            raise UnknownPartner(partner_id)

    def readable(self, asked: str | None) -> str:
        """Answer whose things are read: the partner's own, or those of the one a clerk names.

        Raises NotAllowed, NoPartnerNamed, UnknownPartner.
        """
        own = self.own()
        partner_id = asked or own
        if partner_id is None:
            raise NoPartnerNamed
        if own not in (None, partner_id) or self.directory.find(partner_id) is None:
            raise UnknownPartner(partner_id)
        return partner_id


REFUSALS: dict[type[Exception], int] = {NotAllowed: 401, NoPartnerNamed: 422}
