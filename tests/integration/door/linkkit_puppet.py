"""The ecosystem's own, unmodified Python SDK in a process of its own, every feature of it on a string.

Arguments: one JSON object for the constructor, with `port` and the path of a thing model. Each line of standard input
is `[method, argument, …]`; each line of standard output an event: a callback with its arguments, or what a method gave.
"""

import json
import sys

from linkkit.linkkit import LinkKit

CALLBACKS = (
    "on_connect", "on_disconnect", "on_thing_enable", "on_thing_disable", "on_thing_prop_post", "on_thing_event_post",
    "on_thing_prop_changed", "on_thing_shadow_get", "on_thing_device_info_update", "on_thing_device_info_delete",
    "on_thing_raw_data_post", "on_topic_message", "on_ota_message_arrived", "on_gateway_add_subdev_topo_reply",
    "on_gateway_delete_subdev_topo_reply", "on_gateway_login_subdev_reply", "on_gateway_logout_subdev_reply",
    "on_gateway_register_subdev_reply", "on_gateway_product_register_subdev_reply", "on_gateway_topo_change",
    "on_device_dynamic_register", "on_device_dynamic_register_nwl_reply", "on_subscribe_topic", "on_publish_topic",
    "on_unsubscribe_topic", "on_thing_raw_data_arrived",
)  # fmt: skip


def plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str | int | float | list | dict | None) else str(value)


def say(event: str, *facts: object) -> None:
    sys.stdout.write(json.dumps([event, *map(plain, facts)]) + "\n")
    sys.stdout.flush()


def main() -> None:
    chosen = json.loads(sys.argv[1])
    port, model = chosen.pop("port"), chosen.pop("model", None)
    authority, is_clean = chosen.pop("authority", None), chosen.pop("is_clean", True)
    device = LinkKit("127.0.0.1", **chosen)
    device.config_mqtt(
        port=port,
        endpoint="127.0.0.1",
        auto_reconnect_max_sec=2,
        secure="TLS" if authority else "",
        cadata=authority,
        check_hostname=not authority,
        clean_session=is_clean,
        keep_alive=1200,
    )
    device.config_device_info("Eth|03ACDEFF0032|Eth|03ACDEFF0031")
    for name in CALLBACKS:
        setattr(device, name, lambda *facts, name=name: say(name, *facts))

    def serve(identifier: str, request: str, params: object, user: object) -> None:
        say("on_thing_call_service", identifier, params)
        device.thing_answer_service(identifier, request, 200, {"done": 1})

    def rrpc(request: str, topic: str, payload: bytes, qos: int, user: object) -> None:
        say("on_topic_rrpc_message", topic, payload)
        device.thing_answer_rrpc(request, '{"heard":1}')

    device.on_thing_call_service = serve
    device.on_topic_rrpc_message = rrpc
    if model:
        device.thing_setup(model)
    device.connect_async()
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        if method == "post_raw":
            say("gave", method, device.thing_raw_post_data(bytes(arguments)))
        elif method == "thing_trigger_event":
            say("gave", method, device.thing_trigger_event(tuple(arguments[0])))
        else:
            say("gave", method, getattr(device, method)(*arguments))


if __name__ == "__main__":
    main()
