"""Records what laser-drive.onnx sees and does on a drive, for the replay of the tests and of the editor.

    python record_laser_drive.py      writes ../test/fixtures/transform/laser_drive.npz

Messages as a robot publishes them, what was made of them for the policy in NumPy, what the policy gave,
and the command: the flow "Drive by laser scan" has to come to the same.
"""

from pathlib import Path

import numpy as np
import onnxruntime

from laser_rooms import RANGE, RATE, RAY_ANGLES, Rooms, command, observation

ROOT = Path(__file__).parent.parent
MOMENTS = 60

session = onnxruntime.InferenceSession(str(ROOT / "models" / "laser-drive.onnx"), providers=["CPUExecutionProvider"])
rooms = Rooms(1, 77)
rows = []
for moment in range(MOMENTS):
    # What a message holds: float32.
    ranges = rooms.scan().astype(np.float32)
    seen = observation(ranges.astype(float), rooms.pose, rooms.goal)
    action = session.run(["action"], {"obs": seen})[0]
    speed, turn = command(action.astype(float))
    heading = rooms.pose[0, 2]
    rows.append({
        "time": moment / RATE,
        "/odom:pose.pose.position.xy": rooms.pose[0, :2].copy(),
        "/odom:pose.pose.orientation.xyzw": np.array([0, 0, np.sin(heading / 2), np.cos(heading / 2)]),
        "/goal_pose:pose.position.xy": rooms.goal[0].copy(),
        "/scan:ranges": ranges[0],
        "/scan:angle_min": np.float32(RAY_ANGLES[0]),
        "/scan:angle_increment": np.float32(RAY_ANGLES[1] - RAY_ANGLES[0]),
        "/scan:range_min": np.float32(0.12),
        "/scan:range_max": np.float32(RANGE * 1.5),
        "observation": seen[0],
        "action": action[0],
        "command:linear.x": speed[0],
        "command:angular.z": turn[0],
    })
    over, _there = rooms.step(action)
    if over.any():
        rooms.reset(np.flatnonzero(over))
path = ROOT / "test" / "fixtures" / "transform" / "laser_drive.npz"
np.savez_compressed(path, **{key: np.array([row[key] for row in rows]) for key in rows[0]})
print(f"{path.name}  {MOMENTS} moments  {path.stat().st_size} bytes")
