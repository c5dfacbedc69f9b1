"""Which wishes have been heeded? By their versions, and through a restart where there is a flash.

A hub that was set up anew counts its versions anew too: the file names the identity that it belongs to.
"""

import json

_NAME = "wishes.json"


class Wishes:
    """The newest version heeded of each property. `storage` is a `Files`, or None: then a restart forgets.

    `owner` is a text that differs between identities.
    """

    def __init__(self, storage=None, owner=""):
        self._storage = storage
        self._owner = owner
        self._heeded = _read(storage.read(_NAME), owner) if storage is not None else {}

    def is_new(self, identifier, version):
        """Whether nobody has heeded it yet. A version that is no number cannot be compared and counts as new."""
        if not isinstance(version, int):
            return True
        return version > self._heeded.get(identifier, -1)

    def heeded(self, versions):
        """Written before the wishes are taken back: else a power cut between would have them obeyed twice."""
        new = {identifier: version for identifier, version in versions.items() if isinstance(version, int)}
        if new:
            self._heeded.update(new)
            if self._storage is not None:
                kept = {"owner": self._owner, "versions": self._heeded}
                self._storage.replace(_NAME, json.dumps(kept).encode())


def _read(data, owner):
    try:
        kept = json.loads(data)
    except ValueError:
        return {}
    if not isinstance(kept, dict) or kept.get("owner") != owner or not isinstance(kept.get("versions"), dict):
        return {}
    return {identifier: version for identifier, version in kept["versions"].items() if isinstance(version, int)}
