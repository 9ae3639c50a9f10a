"""A node of a real ROS 2 for the interoperability tests, driven by lines on standard input.

    python3 peer.py <node name> [namespace]

    sub <topic> <type> [qos words]     pub <topic> <type> [qos words]      take part
    serve <service> <type>             answer: AddTwoInts with the sum, any other with what a response has by default
    stall <service> <type>             tell of a request, and never answer it
    client <service> <type>            be one
    call <service> <fields as JSON>    call, once the service is there
    send <topic> <fields as JSON>      send; {"fill": n, "seed": s} stands for n bytes s, s + 1, s + 2 ...
    close <topic>                      leave
    nodes | topics                     what the graph is said to hold
    quit

QoS words: reliable, best_effort, transient_local, keep_all, depth=N, sensor_data. It answers with a line of JSON for
each thing that happens. Byte arrays are given as their SHA-256.
"""
import array
import hashlib
import inspect
import json
import sys
import threading

import rclpy
try:
    from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.executors import ExternalShutdownException
from rclpy.qos import (
    DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy, qos_policy_name_from_kind, qos_profile_sensor_data)
from rclpy.subscription import Subscription
from rosidl_runtime_py.utilities import get_message, get_service
from rosidl_runtime_py.set_message import set_message_fields

lock = threading.Lock()


def say(event, **values):
    with lock:
        print(json.dumps({'event': event, **values}), flush=True)


def qos(words):
    if 'sensor_data' in words:
        return qos_profile_sensor_data
    depth = [int(word[6:]) for word in words if word.startswith('depth=')]
    return QoSProfile(
        depth=depth[0] if depth else 10,
        history=HistoryPolicy.KEEP_ALL if 'keep_all' in words else HistoryPolicy.KEEP_LAST,
        reliability=ReliabilityPolicy.BEST_EFFORT if 'best_effort' in words else ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if 'transient_local' in words else DurabilityPolicy.VOLATILE,
    )


def plain(value):
    """A message as JSON has it."""
    if hasattr(value, 'get_fields_and_field_types'):
        return {name: plain(getattr(value, name)) for name in value.get_fields_and_field_types()}
    if isinstance(value, array.array) and value.typecode == 'B' and len(value) > 100:
        return hashlib.sha256(value.tobytes()).hexdigest()
    if isinstance(value, bytes):
        return value[0]
    if isinstance(value, (list, tuple, array.array)) or type(value).__name__ == 'ndarray':
        return [plain(item) for item in value]
    return value.item() if hasattr(value, 'item') else value


def filled(value):
    """JSON with patterns written out. Byte arrays are set apart: as a list they would take seconds."""
    large = {}
    for name, item in list(value.items()):
        if isinstance(item, dict) and 'fill' in item:
            pattern = bytes((item.get('seed', 0) + i) & 255 for i in range(256))
            large[name] = array.array('B', (pattern * (item['fill'] // 256 + 1))[:item['fill']])
            del value[name]
    return value, large


def main():
    rclpy.init(args=[])
    node = rclpy.create_node(sys.argv[1], namespace=sys.argv[2] if len(sys.argv) > 2 else None)
    endpoints = {}
    types = {}

    def events(kind, topic):
        callbacks = {'incompatible_qos': lambda info: say(
            'incompatible', topic=topic, policy=qos_policy_name_from_kind(info.last_policy_kind))}
        if tells_matches:
            callbacks['matched'] = lambda info: say('matched', topic=topic, count=info.current_count)
            callbacks['incompatible_type'] = lambda info: say('incompatible', topic=topic, policy='type')
        return kind(**callbacks)

    tells_matches = 'matched' in inspect.signature(PublisherEventCallbacks.__init__).parameters
    counts = {}

    def count():
        """Humble has no such events, and counts what a publisher has, but for a subscription only who is there."""
        for topic, endpoint in list(endpoints.items()):
            if hasattr(endpoint, 'get_subscription_count'):
                now = endpoint.get_subscription_count()
            elif isinstance(endpoint, Subscription):
                now = node.count_publishers(topic)
            else:
                continue
            if now != counts.get(topic, 0):
                counts[topic] = now
                say('matched', topic=topic, count=now)

    if not tells_matches:
        node.create_timer(0.02, count)

    def obey(command, rest):
        if command == 'sub':
            topic, type_name, *words = rest.split()
            endpoints[topic] = node.create_subscription(
                get_message(type_name), topic, lambda message: say('got', topic=topic, message=plain(message)),
                qos(words), event_callbacks=events(SubscriptionEventCallbacks, topic))
        elif command == 'pub':
            topic, type_name, *words = rest.split()
            types[topic] = get_message(type_name)
            endpoints[topic] = node.create_publisher(
                types[topic], topic, qos(words), event_callbacks=events(PublisherEventCallbacks, topic))
        elif command == 'send':
            topic, values = rest.split(' ', 1)
            message = types[topic]()
            fields, large = filled(json.loads(values))
            set_message_fields(message, fields)
            for name, data in large.items():
                setattr(message, name, data)
            endpoints[topic].publish(message)
        elif command == 'serve':
            service, type_name = rest.split()

            def answer(request, response):
                if hasattr(request, 'a'):
                    response.sum = request.a + request.b
                return response
            endpoints[service] = node.create_service(get_service(type_name), service, answer)
        elif command == 'stall':
            service, type_name = rest.split()

            def stall(request, response):
                say('asked', topic=service)
                threading.Event().wait()
            endpoints[service] = node.create_service(get_service(type_name), service, stall)
        elif command == 'client':
            service, type_name = rest.split()
            types[service] = get_service(type_name)
            endpoints[service] = node.create_client(types[service], service)
        elif command == 'call':
            service, values = rest.split(' ', 1)
            client = endpoints[service]
            if not client.wait_for_service(timeout_sec=15):
                raise TimeoutError('no such service')
            request = types[service].Request()
            set_message_fields(request, json.loads(values))
            client.call_async(request).add_done_callback(
                lambda future: say('answered', topic=service, message=plain(future.result())))
        elif command == 'close':
            endpoints.pop(rest).destroy()
        elif command == 'nodes':
            say('nodes', names=[(space.rstrip('/') + '/' + name) for name, space in node.get_node_names_and_namespaces()])
        elif command == 'topics':
            say('topics', topics=dict(node.get_topic_names_and_types()))

    def spin():
        try:
            rclpy.spin(node)
        except ExternalShutdownException:
            pass

    spinner = threading.Thread(target=spin, daemon=True)
    spinner.start()
    say('ready', rmw=rclpy.get_rmw_implementation_identifier())
    for line in sys.stdin:
        command, _, rest = line.strip().partition(' ')
        if command == 'quit':
            break
        try:
            obey(command, rest)
        except Exception as error:  # told to the test, which fails with it
            say('error', message=f'{line.strip()[:200]}: {error!r}')
    rclpy.shutdown()
    spinner.join(timeout=5)


main()
