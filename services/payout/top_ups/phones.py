"""The number that a top-up goes to: members alone keeps it."""

from uuid import UUID

from shared.http_client import CallFailed, HttpClient

_NOT_FOUND = 404


class Phones:
    """Asks the members service for a number; it is used for one call and kept nowhere."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def phone_of(self, member_id: UUID) -> str | None:
        """Answer a member's number, None when he has none any more; raises CallFailed."""
        answer = self._client.get(f"/members/{member_id}/contact")
        if answer.status_code == _NOT_FOUND:
            return None
        if not answer.ok:
            message = f"members answered {answer.status_code}"
            raise CallFailed(message)
        return str(answer.json()["phone"])
