"""What does an appliance speak of besides its values? The time, its tags, its configuration, its log and its health."""

import asyncio
import hashlib
import json

from jinn_os import alink
from jinn_os.clock import ASK_AGAIN_S
from jinn_os.kernel.log import LEVELS
from jinn_os.port import const, ticks_diff, ticks_ms

CLOCK_WITHIN_MS = const(1_000)
"""So long messages with doubtful times wait for the hub's clock after a connection is made; then they say so."""
CONFIG_BYTES_MAX = const(16_384)
LINES_A_POST = const(16)
ERROR_PAUSE_MS = const(10_000)
"""Between two posts that nobody asked for: an appliance that fails in a loop must not fill the hub."""


class Housekeeping:
    """`client` says things, `new_id()` numbers them. `tags` are the appliance's own labels, by name.

    `tls`: the link's, for documents of the same hub.
    """

    def __init__(self, topics, client, new_id, clock, log, health, storage, tags, on_config, health_s, tls=None):
        self._topics = topics
        self._client = client
        self._new_id = new_id
        self._clock = clock
        self._log = log
        self._health = health
        self._storage = storage
        self._tags = tags
        self._on_config = on_config
        self._health_s = health_s
        self._tls = tls
        self._up_ms = 0
        self._config_id = ""
        self._posted_ms = None
        self._wake = asyncio.Event()
        self._due_log = False
        self._due_config = None

    def came_up(self):
        """What is asked before anything else is said."""
        self._up_ms = ticks_ms()
        self.ask_time()

    def after_report(self):
        """What is said once all there is has been said."""
        if self._tags:
            self.tag(self._tags)
            self._tags = None
        self._config_id = self._new_id()
        wanted = {"configScope": "product", "getType": "file"}
        self._say(self._topics.config_get, "thing.config.get", wanted, self._config_id)

    def ask_time(self):
        self._client.publish(self._topics.ntp_request, self._clock.ask(), False)

    def must_wait(self, entry):
        """Whether a message with doubtful times shall wait for the clock still."""
        if not entry.is_unsure or self._clock.is_set or entry.boot != self._client.queue.boot:
            return False
        return ticks_diff(ticks_ms(), self._up_ms) < CLOCK_WITHIN_MS

    def prepare(self, entry):
        """The payload to send: with its times put right, or with a word that they are doubtful."""
        if not entry.is_unsure:
            return entry.payload
        if self._clock.is_set and entry.boot == self._client.queue.boot:
            return alink.moved(entry.payload, self._clock.corrected_ms)
        return alink.doubted(entry.payload)

    def heard(self, topic, payload):
        """Whether it was ours."""
        kind, _, reply_topic = self._topics.read(topic)
        if kind == "ntp":
            if self._clock.heard(payload):
                self._client.send_due()
        elif kind == "log_push":
            self._answer(payload, reply_topic)
            self.post_log()
        elif kind in ("config", "config_push"):
            self._heed_config(kind, payload, reply_topic)
        else:
            return False
        return True

    def tag(self, tags):
        params = [{"attrKey": key, "attrValue": str(value)} for key, value in tags.items()]
        self._say(self._topics.tags_update, "thing.deviceinfo.update", params)

    def untag(self, keys):
        params = [{"attrKey": key} for key in keys]
        self._say(self._topics.tags_delete, "thing.deviceinfo.delete", params)

    def post_log(self):
        """All lines that the hub has not got yet."""
        self._due_log = True
        self._wake.set()

    def failed(self):
        """An error was logged: the hub shall have the lines around it, but not at any rate."""
        now_ms = ticks_ms()
        if self._posted_ms is None or ticks_diff(now_ms, self._posted_ms) > ERROR_PAUSE_MS:
            self._posted_ms = now_ms
            self.post_log()

    def say_health(self):
        """As a tag: the hub keeps tags, the newest of each name."""
        self.tag({"health": json.dumps(self._health.report())})

    async def run(self):
        """Say what is due: log lines at once, the clock each hour, the health report at its pace."""
        asked_ms = said_ms = ticks_ms()
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), min(CLOCK_WITHIN_MS / 1000, self._health_s))
            except asyncio.TimeoutError:
                pass
            self._wake.clear()
            now_ms = ticks_ms()
            if self._due_log and self._client.is_up:
                self._say_log()
            if self._due_config is not None:
                await self._take_config()
            if self._client.is_up:
                # Messages may have waited for a clock that does not come.
                self._client.send_due()
                if ticks_diff(now_ms, asked_ms) > ASK_AGAIN_S * 1000:
                    asked_ms = now_ms
                    self.ask_time()
                if ticks_diff(now_ms, said_ms) > self._health_s * 1000:
                    said_ms = now_ms
                    self.say_health()
            self._client.queue.look(now_ms)

    def _say_log(self):
        self._due_log = False
        while self._log.waiting():
            params = []
            for line in self._log.take(LINES_A_POST):
                params.append(
                    {
                        "utcTime": str(line.time_ms + (0 if line.is_sure else self._clock.corrected_ms)),
                        "logLevel": LEVELS[line.level],
                        "module": line.module,
                        "code": str(line.number),
                        "logContent": line.text,
                    }
                )
            self._say(self._topics.log_post, "thing.log.post", params)

    def _heed_config(self, kind, payload, reply_topic):
        request = alink.read_request(payload)
        if request is None or (kind == "config" and request["id"] != self._config_id):
            return
        if kind == "config_push":
            self._answer(payload, reply_topic)
        data = request.get("params" if kind == "config_push" else "data")
        if isinstance(data, dict) and isinstance(data.get("url"), str):
            self._due_config = data
            self._wake.set()

    async def _take_config(self):
        """Fetch it, check it by its hash, hand it to the driver. One that is wrong changes nothing."""
        from jinn_os import fetching

        data, self._due_config = self._due_config, None
        try:
            document = await fetching.fetch_document(data["url"], CONFIG_BYTES_MAX, self._tls)
            if hashlib.sha256(document).digest().hex() != str(data.get("sign")).lower():
                raise ValueError("its hash is another")
            config = json.loads(document)
            if not isinstance(config, dict):
                raise ValueError("it is no object")
        except (fetching.Refused, fetching.Broken, OSError, ValueError, RuntimeError, MemoryError) as failure:
            self._log.add(2, "config", f"not taken: {type(failure).__name__} {failure}")
            return
        if self._storage is not None:
            self._storage.replace("config.json", document)
        self._on_config(config)

    def _answer(self, payload, reply_topic):
        request = alink.read_request(payload)
        if request is not None:
            self._client.publish(reply_topic, alink.encode_reply(request["id"], alink.OK, {}, "success"), False)

    def _say(self, topic, method, params, request_id=None):
        request_id = self._new_id() if request_id is None else request_id
        self._client.publish(topic, alink.encode_request(request_id, method, params), True)
