"""Who lives here, which rooms the home has, and who is let in."""

from pathlib import Path

from jinn.people.admitting import Admitting
from jinn.people.authorizing import authorize
from jinn.people.broker_http import BrokerClientBody, BrokerToken, broker_routes
from jinn.people.brokering import BrokerAccess, BrokerClients
from jinn.people.grants import BearerProof, DeviceProof, DeviceSecrets, Grant, Proof, Tokens
from jinn.people.household import Households
from jinn.people.http import routes
from jinn.people.model import Area, Household, Member, Role, TokenKind
from jinn.people.pairing import Pairing
from jinn.people.tokens import TokenBook, digest_of
from jinn.runtime import Schema

SCHEMA = Schema(room="people", folder=Path(__file__).parent / "sql")

__all__ = [
    "SCHEMA",
    "Admitting",
    "Area",
    "BearerProof",
    "BrokerAccess",
    "BrokerClientBody",
    "BrokerClients",
    "BrokerToken",
    "DeviceProof",
    "DeviceSecrets",
    "Grant",
    "Household",
    "Households",
    "Member",
    "Pairing",
    "Proof",
    "Role",
    "TokenBook",
    "TokenKind",
    "Tokens",
    "authorize",
    "broker_routes",
    "digest_of",
    "routes",
]
