"""A recorded voice, in English and in Mandarin, to a device program in another process, and its report back."""

import json
from collections import defaultdict

import pytest
from hub_process import HubProcess
from judging import LEAST_RIGHT, RECORDINGS, arrange, is_right, recordings, things


def test_every_recording_is_heard_and_the_home_reports_what_was_asked(hub: HubProcess) -> None:
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    wrong: list[str] = []
    for recording in recordings(wake=False):
        for given in recording.given:
            arrange(hub, given)
        turn = hub.client.hear(recording.path, recording.lang)
        is_good = is_right(turn, recording.expect, things(hub))
        right[recording.lang, recording.condition].append(is_good)
        if not is_good:
            heard = turn.heard.text if turn.heard else None
            wrong.append(f"{recording.file}: heard {heard!r}, said {turn.said!r}")
    shares = {key: sum(results) / len(results) for key, results in right.items()}
    assert set(shares) == set(LEAST_RIGHT)
    missed = {key: share for key, share in shares.items() if share < LEAST_RIGHT[key]}
    assert not missed, "\n".join(wrong)


@pytest.mark.parametrize(
    ("file", "lang"), [("en_kitchen_and_curtain_clean.flac", "en"), ("zh_kitchen_and_curtain_clean.flac", "zh")]
)
def test_a_turn_keeps_its_trace_from_the_sound_to_the_words_said(hub: HubProcess, file: str, lang: str) -> None:
    turn = hub.client.hear(RECORDINGS / file, lang)
    assert [span.name for span in turn.spans][-2:] == ["understood", "acted"]
    assert "recognition" in {span.name for span in turn.spans}
    assert len({deed.thing for deed in turn.did}) == 2
    assert hub.client.turn(turn.id) == turn
    assert hub.client.turn("last") == turn


def test_the_language_is_detected_when_none_is_chosen(hub: HubProcess) -> None:
    english = hub.client.hear(RECORDINGS / "en_living_light_on_clean.flac", "auto")
    chinese = hub.client.hear(RECORDINGS / "zh_kitchen_light_on_clean.flac", "auto")
    assert (english.lang, chinese.lang) == ("en", "zh")


def test_it_is_said_only_after_the_thing_reported(hub: HubProcess) -> None:
    hub.client.say("turn off the hall light", "en")
    turn = hub.client.say("打开门厅灯", "zh")
    hall = next(thing for thing in things(hub) if thing.id == "hall_light")
    assert turn.said == "门厅灯开了。"
    assert hall.properties["on"].value == 1
    assert json.loads(hub.client.get("/api/turns/last"))["did"][0]["outcome"] == "confirmed"
    assert hub.client.say("turn on the hall light", "en").said == "The hall light was already on."
