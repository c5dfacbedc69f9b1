"""The demo home as understanding sees it: four rooms, a light in each, and one of most other things."""

from jinn.kernel import AreaId, Lang, Names, ThingId
from jinn.language import AreaWords, HomeWords, ThingWords


def _area(id_: str, en: str, zh: str, *aliases_en: str) -> AreaWords:
    return AreaWords(id=AreaId(id_), names=Names(en=en, zh=zh, aliases={Lang.EN: aliases_en}))


def _thing(row: str) -> ThingWords:
    """One line: id | English name | Chinese name | area | kind | domain | device class | abilities."""
    id_, en, zh, area, kind, domain, device_class, abilities = (field.strip() for field in row.split("|"))
    return ThingWords(
        id=ThingId(id_),
        names=Names(en=en, zh=zh),
        area=AreaId(area) if area else None,
        kind=kind,
        domain=domain,
        device_class=device_class or None,
        abilities=frozenset(abilities.split()),
    )


_THINGS = """
l1 | Living room light  | 客厅灯 | living  | light | light | | power brightness color
l2 | Bedroom light      | 卧室灯 | bedroom | light | light | | power brightness color_temperature
l3 | Kitchen light      | 厨房灯 | kitchen | light | light | | power brightness color_temperature
l4 | Hall light         | 门厅灯 | hall    | light | light | | power brightness color_temperature
c1 | Living room curtain | 客厅窗帘 | living | curtain | cover | curtain | position
a1 | Living room air conditioner | 客厅空调 | living | air_conditioner | climate | | power mode target_temperature
a2 | Bedroom air conditioner | 卧室空调 | bedroom | air_conditioner | climate | | power mode target_temperature
f1 | Fridge       | 冰箱       | kitchen | fridge | sensor | | cold_target freezer_target cold_temperature contact
v1 | Robot vacuum | 扫地机器人 | living  | vacuum | vacuum | | activity battery start dock pause
d1 | Front door   | 大门       | hall    | door_sensor | binary_sensor | door | contact battery
s1 | Speaker      | 音箱       | living  | speaker | media_player | | volume mute
t1 | Television   | 电视       | living  | television | media_player | | power volume mute channel
h1 | Smart shirt  | 智能运动衣 |         | shirt | sensor | | heart_rate steps battery
"""

HOME = HomeWords(
    areas=(
        _area("living", "Living room", "客厅", "lounge"),
        _area("bedroom", "Bedroom", "卧室"),
        _area("kitchen", "Kitchen", "厨房"),
        _area("hall", "Hall", "门厅", "hallway"),
    ),
    things=tuple(_thing(row) for row in _THINGS.strip().splitlines()),
)
