"""How many connections this process may hold: each is an open file, and the hub needs some for itself."""

import resource

OWN_FILES = 512
"""For databases, the engine, screens, models and programs beside the hub."""

ENOUGH_FILES = 65_536


def allow_many_files() -> None:
    """Ask for as many as the system grants; shells begin with a thousand, fewer than a door has devices."""
    granted, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems speak of no limit and then refuse to set it so.
    wanted = max(granted, ENOUGH_FILES) if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def connections_max(wanted: int) -> int:
    """`wanted`, or what the system leaves beside the hub's own files: with none left it could keep nothing more."""
    granted, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if granted == resource.RLIM_INFINITY:
        return wanted
    return min(wanted, max(granted - OWN_FILES, granted // 2))
