"""A device on the ecosystem's own, unmodified Python SDK that follows an update; each line of output is an event."""

import json
import sys

from linkkit.linkkit import LinkKit


def say(event: str, **facts: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def main() -> None:
    port, product_key, device_name, secret, tsl, path = sys.argv[1:]
    device = LinkKit("127.0.0.1", product_key, device_name, device_secret=secret)
    device.config_mqtt(port=int(port), secure="", endpoint="127.0.0.1", auto_reconnect_max_sec=2)

    def arrived(  # noqa: PLR0917 - the SDK's own form
        kind: int, version: str, size: int, url: str, method: str, sign: str, module: str, extra: str
    ) -> None:
        say("offer", kind=kind, version=version, size=size, module=module)
        code = device.download_ota_firmware(url, path, method, sign)
        say("fetched", code=code.value)
        device.ota_report_version(None, version)

    device.on_thing_enable = lambda user: (device.ota_report_version(None, "1.0.0"), say("enabled"))
    device.on_ota_message_arrived = arrived
    device.thing_setup(tsl)
    device.connect_async()
    for _ in sys.stdin:
        pass
    device.disconnect()


if __name__ == "__main__":
    main()
