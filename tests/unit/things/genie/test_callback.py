"""Is the way back from a vendor's page understood, however the page glued it together?"""

from urllib.parse import quote

import pytest

from jinn.things.genie.linking import read_callback

WHOLE = {"skillId": "7", "token": "t0", "code": "a+b/c=", "state": "s1"}
CODE = quote("a+b/c=", safe="")


@pytest.mark.parametrize(
    ("query", "form"),
    [
        (f"skillId=7&token=t0&code={CODE}&state=s1", ""),
        (f"skillId=7&token=t0?code={CODE}&state=s1", ""),
        (f"skillId=7&token=t0&amp;code={CODE}&amp;state=s1", ""),
        (f"code={CODE}&state=s1&skillId=7&token=t0", ""),
        ("skillId=7&token=t0", f"code={CODE}&state=s1"),
        ("", f"skillId=7&token=t0&state=s1&code={CODE}"),
        (f"skillId=7&token=t0&code={CODE}&state=s1&code=another&state=another", "code=third"),
    ],
)
def test_code_and_state_are_found_and_the_first_of_each_counts(query: str, form: str) -> None:
    assert read_callback(query, form) == WHOLE


def test_a_refusal_and_rubbish_are_told_as_they_are() -> None:
    told = read_callback("skillId=7&token=t0&error=access_denied&error_description=nein%20danke&&=&%ff=%fe")
    assert (told["error"], told["error_description"]) == ("access_denied", "nein danke")
    assert "code" not in told
    assert read_callback("&?&?=", "") == {}
