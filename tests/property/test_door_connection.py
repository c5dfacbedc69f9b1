"""Whatever a stranger or a device sends, a connection only ever asks its owner or closes."""

from hypothesis import given
from hypothesis import strategies as st

from jinn.things.door.allowing import AllowLists
from jinn.things.door.codec import Connect, Pingreq, Puback, Publish, Subscribe, encode
from jinn.things.door.connection import Connection


class FakeTransport:
    """The part of a transport that a connection uses."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False
        self.paused = False

    def set_write_buffer_limits(self, high: int) -> None: ...

    def get_extra_info(self, name: str) -> None: ...

    def is_closing(self) -> bool:
        return self.closed

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.written += data

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        assert not self.paused
        self.paused = True

    def resume_reading(self) -> None:
        assert self.paused
        self.paused = False


class AdmitsAll:
    """An owner that lets everybody in as `pk&dn`, and notes what it was asked."""

    now_s = 0
    unread_bytes_max = 1_000

    def __init__(self) -> None:
        self.asked_count = 0
        self.posts: list[Publish] = []
        self.faults: list[str] = []

    def opened(self, connection: Connection) -> bool:
        return True

    def asked(self, connection: Connection, connect: Connect) -> None:
        self.asked_count += 1
        connection.device, connection.own, connection.session = "pk&dn", "pk/dn", "s"
        connection.may_subscribe = AllowLists().of(("/sys/pk/dn/#",), "pk/dn")
        connection.admit(packet_bytes_max=100_000)

    def posted(self, connection: Connection, publish: Publish) -> None:
        self.posts.append(publish)

    def acknowledged(self, connection: Connection, packet_id: int) -> None: ...

    def broke(self, connection: Connection, why: str) -> None:
        self.faults.append(why)

    def lagged(self, connection: Connection) -> None: ...

    def lost(self, connection: Connection) -> None: ...


def talk(chunks: list[bytes]) -> tuple[AdmitsAll, FakeTransport]:
    owner, transport = AdmitsAll(), FakeTransport()
    connection = Connection(owner, connect_bytes_max=1_000)
    connection.connection_made(transport)  # type: ignore[arg-type]
    for chunk in chunks:
        if transport.closed:
            break
        connection.data_received(chunk)
    return owner, transport


CONNECT = encode(Connect(client_id="c"))
pieces = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            CONNECT,
            encode(Publish("/sys/pk/dn/x", b"1", 1, 1)),
            encode(Subscribe(1, (("#", 1), ("/sys/pk/dn/#", 2)))),
            encode(Puback(9)),
            encode(Pingreq()),
        ]
    ),
)


@given(chunks=st.lists(pieces, max_size=12))
def test_a_stranger_is_asked_for_at_most_one_login_and_posts_nothing_before_it(chunks: list[bytes]) -> None:
    owner, transport = talk(chunks)
    assert owner.asked_count <= 1
    if owner.posts or transport.written:
        assert owner.asked_count == 1 or transport.closed
    assert len(owner.faults) <= 1
    if owner.faults:
        assert transport.closed


@given(chunks=st.lists(pieces, max_size=12))
def test_after_the_login_anything_is_understood_or_ends_the_connection(chunks: list[bytes]) -> None:
    owner, transport = talk([CONNECT, *chunks])
    assert owner.asked_count == 1
    assert transport.written.startswith(b"\x20\x02\x00\x00")
    assert not transport.paused or transport.closed
    assert bool(owner.faults) <= transport.closed
