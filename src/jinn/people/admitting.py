"""Who may use the page and the API: this machine's own people, and bearers of a token."""

from jinn.kernel import Clock, Forbidden, HomeId
from jinn.people.authorizing import authorize
from jinn.people.grants import BearerProof, DeviceSecrets, Grant
from jinn.people.model import TokenKind
from jinn.people.tokens import TokenBook
from jinn.runtime import Caller


class Admitting:
    """`runtime.Admission` of one home."""

    def __init__(
        self, *, home: HomeId, tokens: TokenBook, devices: DeviceSecrets, clock: Clock, trust_loopback: bool
    ) -> None:
        self._home = home
        self._tokens = tokens
        self._devices = devices
        self._clock = clock
        self._trust_loopback = trust_loopback

    async def admit(self, caller: Caller) -> Grant:
        """What the caller may do.

        Raises:
            Forbidden: `not-authorized` for a token that is none; `pairing-needed` without one from elsewhere;
                `not-allowed` for a token that is not meant for this path.
        """
        # First, so that a cookie from before the home was set up anew shuts nobody out at the hub itself.
        if self._trust_loopback and caller.is_on_this_machine:
            return self._tokens.grant(TokenKind.OWNER, "owner", None)
        if caller.token is not None:
            grant = await authorize(
                BearerProof(token=caller.token),
                home=self._home,
                devices=self._devices,
                tokens=self._tokens,
                clock=self._clock,
            )
            if not may_call(grant, caller.path):
                raise Forbidden("This token is for other things.", code="not-allowed")
            return grant
        raise Forbidden("Pair this screen first.", code="pairing-needed")


def may_call(grant: Grant, path: str) -> bool:
    """Whether the grant's allow list names this path; `#` ends a pattern and stands for the rest."""
    return any(path.startswith(pattern[:-1]) if pattern.endswith("#") else path == pattern for pattern in grant.publish)
