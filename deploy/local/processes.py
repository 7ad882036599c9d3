"""Which processes make up the stack, and on which ports they answer: one table for all of deploy.

A `web` process answers on the service's own port, every other on a port for its health and metrics.
"""

from dataclasses import dataclass

FIRST_PORT = 8100

# Distance from the first port; a taken port is replaced by the next free one.
_PORT_OFFSETS = {
    "catalog": 0,
    "click_tracking": 1,
    "partner_postback": 2,
    "bonus_status": 3,
    "payout": 4,
    "members": 5,
    "notifications": 6,
    "account": 7,
    "console": 8,
    "operator_billing": 10,
    "gateway": 11,
    "partner_shop": 12,
    "networks": 13,
    "postgres": 20,
    "redis": 21,
    "kafka": 22,
    "controller": 23,
}
_FIRST_MONITOR_OFFSET = 30

_ROLES = {
    "catalog": ("web", "relay"),
    "click_tracking": ("web", "ship"),
    "partner_postback": ("web", "consume", "work", "relay"),
    "bonus_status": ("web", "consume", "work", "relay"),
    "payout": ("web", "consume", "relay", "execute", "schedule"),
    "members": ("web", "relay"),
    "notifications": ("web", "consume", "send"),
    "account": ("web",),
    "console": ("web",),
    "sandbox": ("operator_billing", "gateway", "partner_shop", "networks"),
}
SERVICES = tuple(service for service in _ROLES if service != "sandbox")
SANDBOX = _ROLES["sandbox"]
SERVERS = ("postgres", "redis", "kafka")


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a service: `python -m services.<service> <role>`."""

    service: str
    role: str

    @property
    def name(self) -> str:
        """Name it as the command line and the logs do."""
        return f"{self.service}.{self.role}"

    @property
    def serves(self) -> bool:
        """Say whether it answers on a port of its own service."""
        return self.role == "web" or self.service == "sandbox"

    @property
    def port_name(self) -> str:
        """Name its port in the table of ports."""
        if self.service == "sandbox":
            return self.role
        return self.service if self.role == "web" else self.name

    @property
    def health_path(self) -> str:
        """Where it says that it is ready."""
        return "/readyz" if self.role == "web" else "/healthz"


PROCESSES = tuple(Process(service, role) for service, roles in _ROLES.items() for role in roles)


def wanted_ports(first: int = FIRST_PORT) -> dict[str, int]:
    """Answer the port that each process would like."""
    monitors = [process.name for process in PROCESSES if not process.serves]
    return {name: first + offset for name, offset in _PORT_OFFSETS.items()} | {
        name: first + _FIRST_MONITOR_OFFSET + place for place, name in enumerate(monitors)
    }
