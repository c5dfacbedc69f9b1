"""The home itself: its people, its things and its rules, and who is let in."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinn import edge, people, things
from jinn.edge.uplink import Uplink
from jinn.hub.furnishing import Furnisher
from jinn.hub.open_files import connections_max
from jinn.hub.packaged import products_folder
from jinn.hub.settings import Settings, read_or_make_maker_key
from jinn.hub.uplinking import open_log, open_uplink
from jinn.hub.whereabouts import holidays_of, place_of, zone_of
from jinn.kernel import AreaId, Clock, Lang, Names, Secret
from jinn.people import Admitting, Households, Pairing, TokenBook
from jinn.runtime import Database, NatsBus
from jinn.things import firmware
from jinn.things.door import Door, DoorOptions, Limits

HOME_NAMES = Names(en="Home", zh="家")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every part of a hub stands on."""

    settings: Settings
    data: Path
    token: Secret
    database: Database
    bus: NatsBus
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One household with its things and rules.

    Attributes:
        desk: where what things say of their firmware arrives.
    """

    households: Households
    tokens: TokenBook
    pairing: Pairing
    admitting: Admitting
    furnisher: Furnisher
    desk: firmware.Desk
    room: things.ThingsRoom
    rules: edge.RulesRoom
    door: Door
    hands: things.RoomHands
    uplink: Uplink | None


async def open_home(ground: Ground) -> Home:
    """Read what is kept, and furnish a new demo home; nothing runs yet."""
    settings, database, bus, clock = ground.settings, ground.database, ground.bus, ground.clock
    households = Households(database=database, clock=clock)
    await households.load(names=HOME_NAMES, lang=Lang(settings.home.lang))
    home = households.household().id
    desk = firmware.Desk()
    log = await open_log(settings, database=database, clock=clock)
    room = await things.open_things(
        database=database, bus=bus, areas=households, clock=clock, handlers=desk.handlers,
        witness=log.witness if log is not None else None,
    )  # fmt: skip
    furnisher = Furnisher(
        products=products_folder(), households=households, registry=room.registry,
        update_key=firmware.public_of(read_or_make_maker_key(ground.data)),
    )  # fmt: skip
    if settings.home.demo:
        await furnisher.furnish()
    rules = await edge.open_rules(
        database=database, bus=bus, things=room, clock=clock, zone=zone_of(settings.home),
        place=place_of(settings.home), holidays=holidays_of(settings.home),
    )  # fmt: skip
    if settings.home.demo:
        await furnisher.furnish_rules(rules.book)
    tokens = TokenBook(database=database, clock=clock, home=home, owner_token=ground.token)
    authorize = partial(people.authorize, home=home, devices=room.registry, tokens=tokens, clock=clock)
    return Home(
        households=households,
        tokens=tokens,
        pairing=Pairing(database=database, clock=clock, tokens=tokens),
        admitting=Admitting(
            home=home, tokens=tokens, devices=room.registry, clock=clock, trust_loopback=settings.http.trust_loopback
        ),
        furnisher=furnisher,
        desk=desk,
        room=room,
        rules=rules,
        door=Door(
            options=_door_options(settings), bus=bus, authorize=authorize, clock=clock,
            provisioning=room.upkeep.enrolling,
        ),
        hands=things.RoomHands(room, bus, partial(_area_called, households)),
        uplink=open_uplink(settings, log=log, room=room, database=database, bus=bus, clock=clock),
    )  # fmt: skip


def _door_options(settings: Settings) -> DoorOptions:
    door = settings.door
    return DoorOptions(
        host=door.host,
        port=door.port,
        certificate=Path(door.tls_cert) if door.tls_cert else None,
        key=Path(door.tls_key) if door.tls_key else None,
        client_authority=Path(door.tls_client_ca) if door.tls_client_ca else None,
        limits=Limits(connections_max=connections_max(Limits().connections_max)),
    )


def _area_called(households: Households, name: str) -> AreaId | None:
    area = households.area_called(name)
    return area.id if area else None
