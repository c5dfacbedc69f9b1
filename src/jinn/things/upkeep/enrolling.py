"""How a device gets its own secret, or a token, when all it has is its product's secret."""

import hashlib
import hmac
import secrets

from jinn.kernel import Conflict, Forbidden, NotFound, Refused, Secret, ThingId
from jinn.people import DeviceProof
from jinn.runtime import Database, Sql, Statement
from jinn.things.door import DeviceToken
from jinn.things.model import Thing
from jinn.things.registry import Registry
from jinn.things.requests import names_for
from jinn.things.signatures import is_signed
from jinn.things.twins import Twins
from jinn.things.upkeep.ledger import Ledger
from jinn.things.upkeep.model import Access

OPEN_THINGS_MAX = 1_000
"""Things that an open product may make by itself: beyond a home's need, below what would drown its owner."""

_SECRET_BYTES = 16


class Enrolling:
    """`door.Provisioning`. A product's devices enrol only after its owner has made a secret for it."""

    def __init__(self, *, registry: Registry, twins: Twins, database: Database, ledger: Ledger) -> None:
        self._registry = registry
        self._twins = twins
        self._database = database
        self._ledger = ledger

    async def allow(self, product_key: str, *, is_open: bool, secret: Secret | None = None) -> Access:
        """Make a new secret for a product, and let its devices enrol with it. Raises `NotFound`."""
        product = self._registry.product(product_key)
        made = secret or Secret(secrets.token_hex(_SECRET_BYTES))
        values: dict[str, Sql] = {"product_key": product.product_key, "secret": made.reveal(), "is_open": int(is_open)}
        await self._database.write(Statement(query="things.set_access", values=values))
        await self._ledger.changed()
        return Access(product_key=product.product_key, secret=made, is_open=is_open)

    async def forbid(self, product_key: str) -> None:
        """The product's secret opens nothing any more; devices that have enrolled stay."""
        await self._database.write(Statement(query="things.remove_access", values={"product_key": product_key}))
        await self._ledger.changed()

    async def free(self, thing_id: ThingId) -> None:
        """The device may fetch its secret once more, as after a reset. Raises `NotFound`."""
        thing = self._registry.thing(thing_id)
        await self._database.write(Statement(query="things.free_enrolment", values={"thing": thing.id}))
        await self._ledger.changed()

    async def register(self, product_key: str, device_name: str, proof: DeviceProof) -> Secret:
        """The device's secret, once. Raises as `Provisioning` says."""
        thing = await self._enrolled(self._proven(product_key, proof), device_name)
        return thing.secret

    async def register_token(self, product_key: str, device_name: str, proof: DeviceProof) -> DeviceToken:
        """A token instead of a secret, for devices that must not keep one."""
        thing = await self._enrolled(self._proven(product_key, proof), device_name)
        token, client_id = secrets.token_urlsafe(24), secrets.token_hex(8)
        values = {"thing": thing.id, "client_id": client_id, "digest": _digest(token)}
        await self._database.write(Statement(query="things.set_device_token", values=values))
        return DeviceToken(client_id=client_id, token=Secret(token))

    async def vouch(self, proof: DeviceProof) -> DeviceProof:
        """The same device's proof by its secret, when token and client id are its own."""
        thing = self._registry.thing_of_device(f"{proof.product_key}&{proof.device_name}")
        rows = await self._database.read("things.device_token", thing=thing.id) if thing is not None else []
        known = rows[0] if rows else {"client_id": "", "digest": _digest("no such device")}
        is_same = hmac.compare_digest(str(known["digest"]), _digest(proof.signature))
        if thing is None or not rows or not is_same or known["client_id"] != proof.text:
            raise Forbidden("This is not known here.", code="not-authorized")
        signature = hmac.new(thing.secret.reveal().encode(), proof.text.encode(), hashlib.sha256).hexdigest()
        return DeviceProof(
            product_key=proof.product_key,
            device_name=proof.device_name,
            method="hmacsha256",
            text=proof.text,
            signature=signature,
        )

    def _proven(self, product_key: str, proof: DeviceProof) -> Access:
        access = self._ledger.access(product_key)
        # An unknown product is compared as well: the time must not tell which products enrol here.
        secret = access.secret if access is not None else Secret("no such product")
        is_right = is_signed(proof.text, proof.signature, method=proof.method, secret=secret)
        if access is None or not is_right:
            raise Forbidden("This is not known here.", code="not-authorized")
        return access

    async def _enrolled(self, access: Access, device_name: str) -> Thing:
        """The device's thing, marked as enrolled; an open product's new device is made one."""
        thing = self._registry.thing_of_device(f"{access.product_key}&{device_name}")
        if thing is None:
            thing = await self._made(access, device_name)
        if not self._ledger.may_fetch_secret(thing, was_here=self._twins.peek(thing.id).session is not None):
            raise _given_before(device_name)
        try:
            await self._database.write(Statement(query="things.give_secret", values={"thing": thing.id}, rows=1))
        except Conflict as error:
            raise _given_before(device_name) from error
        self._ledger.note_given(thing.id)
        return thing

    async def _made(self, access: Access, device_name: str) -> Thing:
        if not access.is_open:
            raise NotFound(f"There is no device {device_name[:80]!r}.", code="device-not-found")
        count = sum(thing.product_key == access.product_key for thing in self._registry.things())
        if count >= OPEN_THINGS_MAX:
            raise Refused(f"An open product has at most {OPEN_THINGS_MAX} devices here.", code="too-many-things")
        made = await self._registry.add_device(
            access.product_key, names=names_for(device_name), device_name=device_name
        )
        return self._registry.thing(made.thing)


def _given_before(device_name: str) -> Refused:
    return Refused(f"{device_name[:80]!r} was given its secret before.", code="secret-given")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
