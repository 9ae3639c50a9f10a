"""Publishes with rclpy for bench/native.ts: python3 native_talker.py joints|images <rate, Hz> <count>

Waits for a subscription, sends `count` messages at `rate`, numbered in their stamps, and tells when it is done.
"""
import array
import sys
import time

import rclpy
from sensor_msgs.msg import Image, JointState

kind, rate, count = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
rclpy.init(args=[])
node = rclpy.create_node('talker')
if kind == 'joints':
    message = JointState(name=[f'joint_{i}' for i in range(12)], position=[0.5] * 12, velocity=[0.25] * 12)
    publisher = node.create_publisher(JointState, '/bench', 100)
else:
    message = Image(height=480, width=640, encoding='bgr8', step=1920)
    message.data = array.array('B', bytes(921600))
    publisher = node.create_publisher(Image, '/bench', 10)
while publisher.get_subscription_count() == 0:
    time.sleep(0.01)
time.sleep(1)
start = time.perf_counter()
for number in range(count):
    wait = start + number / rate - time.perf_counter()
    if wait > 0:
        time.sleep(wait)
    message.header.stamp.sec = number
    publisher.publish(message)
time.sleep(1)
print(f'sent {count} in {time.perf_counter() - start - 1:.2f} s', flush=True)
rclpy.shutdown()
