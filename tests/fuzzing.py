"""How many examples a law is tried with: few in the suite, many more where `make fuzz` looks for trouble."""

import os
from typing import Any

from hypothesis import HealthCheck, settings

_OF_THE_SUITE = 100
"""What a law without a number of its own is tried with."""


def register_profiles() -> None:
    """`suite` says the same twice; `explore` goes where nobody has been, FUZZ_TIMES as far. Neither measures time."""
    settings.register_profile(
        "suite",
        max_examples=_OF_THE_SUITE,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile(
        "explore",
        settings.get_profile("suite"),
        max_examples=_OF_THE_SUITE * int(os.environ.get("FUZZ_TIMES", "10")),
        derandomize=False,
        print_blob=True,
    )
    settings.load_profile("suite")


def examples(count: int, **more: Any) -> settings:
    """So many examples in the suite, and as many times more as the profile in force tries.

    Written `@settings(max_examples=count)` the number would hold in every profile, and `make fuzz` look nowhere new.
    """
    return settings(max_examples=max(1, count * settings().max_examples // _OF_THE_SUITE), **more)
