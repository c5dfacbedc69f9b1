"""Whatever bytes reach the HTTP port, the next caller is served."""

import anyio
import httpx
from fuzzing import examples
from hypothesis import example, given
from hypothesis import strategies as st
from litestar import get

from jinn.kernel import Forbidden
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics


@get("/open", is_public=True)
async def open_to_all() -> str:
    return "hello"


async def admit(caller: Caller) -> object:
    raise Forbidden("Nobody is let in.", code="not-authorized")


_lines = st.sampled_from(
    [
        b"GET /open HTTP/1.1\r\n",
        b"GET //open/%00/..%2f HTTP/1.1\r\n",
        b"POST /schema HTTP/1.1\r\n",
        b"Host: localhost\r\n",
        b"Host: \xff\xfe\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Authorization: Bearer \xc3\x28\r\n",
        b"Cookie: jinn_token=" + b"a" * 5_000 + b"\r\n",
        b"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n",
        b"\r\n",
        b"ffffffff\r\n",
    ]
)


@examples(15)
@example(sent=[b"GET /open HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 20_000])
@given(sent=st.lists(st.lists(_lines | st.binary(max_size=50), max_size=8).map(b"".join), max_size=10))
def test_whatever_bytes_come_the_next_caller_is_served(sent: list[bytes]) -> None:
    async def send() -> None:
        options = HttpOptions(port=0, body_bytes_max=1_000)
        server = HttpServer([open_to_all], admit=admit, options=options, metrics=Metrics(), checks={})
        async with anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: server.run(task_status=task_status))
            for part in sent:
                async with await anyio.connect_tcp("127.0.0.1", server.port) as stranger:
                    with anyio.move_on_after(0.02):
                        try:
                            await stranger.send(part)
                            await stranger.receive()
                        except (anyio.BrokenResourceError, anyio.EndOfStream):
                            pass  # It hung up on us, as it may.
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as http:
                assert (await http.get("/open")).text == "hello"
                assert (await http.get("/schema")).status_code == 401
            tasks.cancel_scope.cancel()

    anyio.run(send)
