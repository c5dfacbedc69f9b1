"""The neutral name of an intent: one table from template name, slots and the kind of thing to the taxonomy."""

from collections.abc import Mapping
from typing import Final

from jinn.language.model import SlotValue

_PLAIN: Final = {
    "HassBroadcast": "message.broadcast",
    "HassCancelAllTimers": "timer.cancel_all",
    "HassCancelTimer": "timer.cancel",
    "HassClimateGetTemperature": "home.climate.query",
    "HassClimateSetFanMode": "home.climate.fan",
    "HassClimateSetTemperature": "home.climate.set",
    "HassDecreaseTimer": "timer.decrease",
    "HassFanSetSpeed": "home.fan.set",
    "HassGetCurrentDate": "datetime.query",
    "HassGetCurrentTime": "datetime.query",
    "HassGetState": "home.state.query",
    "HassGetWeather": "weather.query",
    "HassIncreaseTimer": "timer.increase",
    "HassLawnMowerDock": "home.mower.dock",
    "HassLawnMowerStartMowing": "home.mower",
    "HassListAddItem": "list.add",
    "HassListCompleteItem": "list.complete",
    "HassListRemoveItem": "list.remove",
    "HassMediaNext": "music.next",
    "HassMediaPause": "music.pause",
    "HassMediaPlayerMute": "volume.mute",
    "HassMediaPlayerUnmute": "volume.unmute",
    "HassMediaPrevious": "music.previous",
    "HassMediaSearchAndPlay": "music.play",
    "HassMediaUnpause": "music.resume",
    "HassNevermind": "dialog.stop",
    "HassPauseTimer": "timer.pause",
    "HassRespond": "chat",
    "HassSetPosition": "home.cover.set",
    "HassSetVolume": "volume.set",
    "HassShoppingListAddItem": "list.add",
    "HassShoppingListCompleteItem": "list.complete",
    "HassStartTimer": "timer.set",
    "HassStopMoving": "home.cover.stop",
    "HassTimerStatus": "timer.query",
    "HassUnpauseTimer": "timer.resume",
    "HassVacuumCleanArea": "home.vacuum",
    "HassVacuumReturnToBase": "home.vacuum.dock",
    "HassVacuumStart": "home.vacuum",
    "JinnLower": "home.device.lower",
    "JinnDiscover": "home.join.discover",
    "JinnJoinCode": "home.join.code",
    "JinnGetAbility": "home.state.query",
    "JinnPastAbility": "home.past.query",
    "JinnPastChange": "home.past.query",
    "JinnPastCount": "home.past.query",
    "JinnPastDuration": "home.past.query",
    "JinnPastState": "home.past.query",
    "JinnRaise": "home.device.raise",
    "JinnSet": "home.device.set",
    "JinnSetChannel": "home.tv.channel",
    "JinnSetFridge": "home.fridge.set",
    "JinnSetMode": "home.climate.mode",
    "JinnVacuumPause": "home.vacuum.stop",
}

_SWITCHED: Final = {
    "light": ("home.light.on", "home.light.off"),
    "cover": ("home.cover.open", "home.cover.close"),
    "valve": ("home.cover.open", "home.cover.close"),
    "lock": ("home.lock.lock", "home.lock.unlock"),
    "vacuum": ("home.vacuum", "home.vacuum.stop"),
    "scene": ("home.scene.activate", "home.scene.activate"),
    "script": ("home.scene.activate", "home.scene.activate"),
}
_ADJUSTED: Final = {
    ("brightness", "up"): "home.light.brighten",
    ("brightness", "down"): "home.light.dim",
    ("color_temperature", "up"): "home.light.cooler",
    ("color_temperature", "down"): "home.light.warmer",
    ("target_temperature", "up"): "home.climate.warmer",
    ("target_temperature", "down"): "home.climate.cooler",
    ("channel", "up"): "home.tv.channel",
    ("channel", "down"): "home.tv.channel",
}
_HEALTH: Final = frozenset({"heart_rate", "steps"})


def canon_of(intent: str, slots: Mapping[str, SlotValue], domains: frozenset[str] = frozenset()) -> str:
    """The taxonomy's name.

    Args:
        domains: of the things that are meant, where they are known.
    """
    if intent in ("HassTurnOn", "HassTurnOff"):
        domain = str(slots.get("domain") or (next(iter(domains)) if len(domains) == 1 else ""))
        on_off = _SWITCHED.get(domain, ("home.device.on", "home.device.off"))
        return on_off[0 if intent == "HassTurnOn" else 1]
    if intent == "HassLightSet":
        return _light(slots)
    if intent == "HassSetVolumeRelative":
        step = slots.get("volume_step")
        falls = step == "down" or (isinstance(step, int | float) and step < 0)
        return "volume.down" if falls else "volume.up"
    if intent == "JinnAdjust":
        return _ADJUSTED.get((str(slots.get("ability")), str(slots.get("direction"))), "home.device.adjust")
    if intent == "JinnGetAbility" and slots.get("ability") in _HEALTH:
        return "health.query"
    return _PLAIN.get(intent, intent)


def _light(slots: Mapping[str, SlotValue]) -> str:
    if "color" in slots:
        return "home.light.color"
    return "home.light.color_temperature" if "temperature" in slots else "home.light.brightness"
