"""What one writes by hand with ROS 2 and ONNX Runtime: the policy in the callback of a subscription.

    python3 wire_policy.py <model.onnx>
"""
import array
import sys

import numpy as np
import onnxruntime
import rclpy
from rclpy.executors import ExternalShutdownException
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray

JOINTS = [f'joint_{i}' for i in range(16)]
OFFSET = np.concatenate([np.full(16, -0.05), np.zeros(32)]).astype(np.float32)
SCALE = np.concatenate([np.ones(16), np.full(16, 0.05), np.ones(16)]).astype(np.float32)
ACTION_SCALE = np.concatenate([np.full(12, 0.25), np.ones(1)]).astype(np.float32)
ACTION_OFFSET = np.concatenate([np.full(12, 0.1), np.zeros(1)]).astype(np.float32)


def main():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(sys.argv[1], options, providers=['CPUExecutionProvider'])
    rclpy.init()
    node = rclpy.create_node('wire_policy')
    publisher = node.create_publisher(Float64MultiArray, '/joint_commands', 10)
    known = {'names': None, 'order': None}

    def on_state(message):
        if message.name != known['names']:
            known['names'] = message.name
            known['order'] = [message.name.index(joint) for joint in JOINTS]
        order = known['order']
        state = np.concatenate([
            np.asarray(message.position)[order], np.asarray(message.velocity)[order], np.asarray(message.effort)[order]])
        observation = (state.astype(np.float32) + OFFSET) * SCALE
        action, = session.run(None, {'obs': observation[None]})
        target = action[0] * ACTION_SCALE + ACTION_OFFSET
        publisher.publish(Float64MultiArray(data=array.array('d', target.astype(np.float64).tobytes())))

    node.create_subscription(JointState, '/joint_states', on_state, 10)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass


main()
