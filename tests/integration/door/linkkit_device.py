"""A device on the ecosystem's own, unmodified Python SDK, in a process of its own.

Each line of standard input is a property report to post, as JSON; each line of standard output an event.
"""

import json
import sys

from linkkit.linkkit import LinkKit


def say(event: str, **facts: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def main() -> None:
    port, product_key, device_name, secret, tsl = sys.argv[1:]
    device = LinkKit("127.0.0.1", product_key, device_name, device_secret=secret)
    device.config_mqtt(port=int(port), secure="", endpoint="127.0.0.1", auto_reconnect_max_sec=2)
    device.on_connect = lambda session, code, user: say("connect", code=code)
    device.on_disconnect = lambda code, user: say("disconnect", code=code)
    device.on_thing_enable = lambda user: say("enabled")
    device.on_thing_prop_post = lambda request, code, data, message, user: say("posted", id=request, code=code)
    device.on_thing_prop_changed = lambda params, user: say("set", params=params)

    def call(identifier: str, request: str, params: object, user: object) -> None:
        say("call", service=identifier, params=params)
        device.thing_answer_service(identifier, request, 200, {"done": 1})

    device.on_thing_call_service = call
    device.thing_setup(tsl)
    device.connect_async()
    for line in sys.stdin:
        code, request = device.thing_post_property(json.loads(line))
        say("posting", code=code, id=request)
    device.disconnect()


if __name__ == "__main__":
    main()
