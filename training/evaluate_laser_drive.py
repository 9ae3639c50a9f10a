"""Measures laser-drive.onnx in rooms that it has not seen.

    python evaluate_laser_drive.py

The rooms are drawn by laser_rooms.py with another seed than those of the training. Three drivers that
know less or more show what the figures are worth: one that drives straight at the goal, one that gets
what the policy gets but with a scanner that sees nothing, and the teacher with its map.
"""

import argparse
from pathlib import Path

import numpy as np
import onnxruntime

from laser_rooms import BEAMS, RATE, Rooms

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", default=Path(__file__).parent.parent / "models" / "laser-drive.onnx")
parser.add_argument("--rooms", type=int, default=1000)
parser.add_argument("--seconds", type=float, default=60)
args = parser.parse_args()

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(str(args.model), options, providers=["CPUExecutionProvider"])


def policy(obs, _rooms):
    return session.run(["action"], {"obs": obs})[0]


def blind(obs, rooms):
    obs = obs.copy()
    obs[:, :BEAMS] = 1
    return policy(obs, rooms)


def straight(obs, _rooms):
    sine, cosine = obs[:, BEAMS + 1], obs[:, BEAMS + 2]
    return np.stack([2 * np.clip(cosine, 0, 1) - 1, np.clip(2 * np.arctan2(sine, cosine) / 1.5, -1, 1)], 1)


def stand(obs, _rooms):
    return np.stack([-np.ones(len(obs)), np.zeros(len(obs))], 1)


def teacher(_obs, rooms):
    return rooms.teach()


def drive(driver, seed, noise=True, delay=0):
    """Shares of rooms: at the goal, crashed; and the mean time of those at the goal, s."""
    rooms = Rooms(args.rooms, seed)
    arrived = crashed = 0
    times = []
    waiting = [stand(np.zeros((args.rooms, 1)), rooms)] * delay
    for step in range(int(args.seconds * RATE)):
        waiting.append(driver(rooms.observe(noise), rooms))
        over, there = rooms.step(waiting.pop(0))
        arrived += there.sum()
        crashed += (over & ~there).sum()
        times += [(step + 1) / RATE] * there.sum()
        if over.all():
            break
        left = np.flatnonzero(~over)
        rooms.keep(left)
        waiting = [action[left] for action in waiting]
    return arrived / args.rooms, crashed / args.rooms, np.mean(times) if times else float("nan")


print(f"\n{args.rooms} rooms, at most {args.seconds:.0f} s each\n")
print("| | at the goal | crashed | still driving | mean time, s |\n|---|---|---|---|---|")
for name, driver, more in (
    ("policy", policy, {}),
    ("policy, no noise of the scanner", policy, {"noise": False}),
    ("policy, 0.1 s late", policy, {"delay": 1}),
    ("policy, 0.2 s late", policy, {"delay": 2}),
    ("teacher, which has a map", teacher, {}),
    ("straight at the goal", straight, {}),
    ("policy whose scanner sees nothing", blind, {}),
):
    arrived, crashed, time = drive(driver, 1_000_000, **more)
    print(f"| {name} | {arrived:.1%} | {crashed:.1%} | {1 - arrived - crashed:.1%} | {time:.1f} |", flush=True)
