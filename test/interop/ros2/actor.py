"""A node of a real ROS 2 with actions and parameters for the interoperability tests, driven by lines on standard input.

    python3 actor.py <node name> [namespace]

    act <action> <period>     serve Fibonacci with feedback every so many seconds; an order below 0 is aborted, one above
                              100 rejected
    goal <action> <order>     send a goal
    cancel                    cancel the goal that was sent last
    declare <JSON>            declare parameters: {"name": value}, or {"name": [value, from, to]} for a double in a range
    events                    tell what comes on /parameter_events
    quit

It answers with a line of JSON for each thing that happens.
"""
import json
import sys
import threading
import time

import rclpy
from example_interfaces.action import Fibonacci
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor, ParameterEvent, SetParametersResult
from rclpy.action import ActionClient, ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.parameter import Parameter, parameter_value_to_python
from rclpy.qos import QoSProfile

lock = threading.Lock()
STATUSES = ['unknown', 'accepted', 'executing', 'canceling', 'succeeded', 'canceled', 'aborted']


def say(event, **values):
    with lock:
        print(json.dumps({'event': event, **values}), flush=True)


def plain(value):
    """A value of a parameter as JSON has it."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else list(value)


def main():
    rclpy.init(args=[])
    node = rclpy.create_node(sys.argv[1], namespace=sys.argv[2] if len(sys.argv) > 2 else None)
    group = ReentrantCallbackGroup()
    clients = {}
    kept = []
    sent = []

    def execute(period):
        def run(handle):
            order = handle.request.order
            sequence = [0, 1]
            while len(sequence) <= order:
                if handle.is_cancel_requested:
                    handle.canceled()
                    return Fibonacci.Result(sequence=sequence)
                sequence.append(sequence[-1] + sequence[-2])
                handle.publish_feedback(Fibonacci.Feedback(sequence=sequence))
                time.sleep(period)
            if order < 0:
                handle.abort()
            else:
                handle.succeed()
            return Fibonacci.Result(sequence=sequence)
        return run

    def on_accepted(future):
        handle = future.result()
        say('accepted' if handle.accepted else 'rejected', message=bytes(handle.goal_id.uuid).hex())
        if not handle.accepted:
            return
        sent.append(handle)
        handle.get_result_async().add_done_callback(
            lambda done: say('result', policy=STATUSES[done.result().status],
                             message=list(done.result().result.sequence)))

    def on_event(event):
        for kind in ('new', 'changed', 'deleted'):
            values = {each.name: plain(parameter_value_to_python(each.value)) for each in getattr(event, kind + '_parameters')}
            if values:
                say('parameters', topic=event.node, policy=kind, message=values)

    def obey(command, rest):
        if command == 'act':
            action, period = rest.split()
            kept.append(ActionServer(
                node, Fibonacci, action, execute(float(period)), callback_group=group,
                goal_callback=lambda goal: GoalResponse.REJECT if goal.order > 100 else GoalResponse.ACCEPT,
                cancel_callback=lambda handle: CancelResponse.ACCEPT))
        elif command == 'goal':
            action, order = rest.split()
            if action not in clients:
                clients[action] = ActionClient(node, Fibonacci, action, callback_group=group)
            client = clients[action]
            if not client.wait_for_server(timeout_sec=15):
                raise TimeoutError('no such action')
            goal = Fibonacci.Goal(order=int(order))
            client.send_goal_async(
                goal, feedback_callback=lambda told: say('feedback', message=list(told.feedback.sequence)),
            ).add_done_callback(on_accepted)
        elif command == 'cancel':
            sent[-1].cancel_goal_async().add_done_callback(
                lambda done: say('cancel', count=len(done.result().goals_canceling)))
        elif command == 'declare':
            for name, value in json.loads(rest).items():
                descriptor = ParameterDescriptor()
                if isinstance(value, list) and len(value) == 3 and isinstance(value[0], float):
                    value, least, most = value
                    descriptor.floating_point_range = [FloatingPointRange(from_value=least, to_value=most)]
                node.declare_parameter(name, value, descriptor)
            node.add_on_set_parameters_callback(told)
        elif command == 'events':
            kept.append(node.create_subscription(
                ParameterEvent, '/parameter_events', on_event, QoSProfile(depth=1000), callback_group=group))

    def told(parameters: list[Parameter]):
        say('set', message={each.name: plain(each.value) for each in parameters})
        return SetParametersResult(successful=True)

    executor = MultiThreadedExecutor(num_threads=4)
    executor.add_node(node)

    def spin():
        try:
            executor.spin()
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
            say('done', topic=command)
        except Exception as error:  # told to the test, which fails with it
            say('error', message=f'{line.strip()[:200]}: {error!r}')
    rclpy.shutdown()
    spinner.join(timeout=5)


main()
