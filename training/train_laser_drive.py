"""Teaches a robot to drive to a goal by its laser scanner, and exports the policy.

    python train_laser_drive.py --seed 1

The teacher has a map and finds the shortest way; the pupil has 36 beams and the direction of the goal.
The pupil drives more and more, and the teacher says at each step what it would have done (DAgger).
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from export import batch_of, export
from laser_rooms import BEAMS, RATE, SPEED, TURN, Rooms

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--rooms", type=int, default=160)
parser.add_argument("--rounds", type=int, default=40)
parser.add_argument("--steps", type=int, default=60, help="of each round")
parser.add_argument("--out", default=Path(__file__).parent.parent / "models" / "laser-drive.onnx")
args = parser.parse_args()

torch.manual_seed(args.seed)
torch.set_num_threads(1)
rng = np.random.default_rng(args.seed)


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(BEAMS + 3, 128), nn.ELU(), nn.Linear(128, 128), nn.ELU(),
                                    nn.Linear(128, 64), nn.ELU(), nn.Linear(64, 2), nn.Tanh())

    def forward(self, obs):
        return self.layers(obs)


policy = Policy()
optimizer = torch.optim.AdamW(policy.parameters(), lr=1e-3, weight_decay=1e-4)
rooms = Rooms(args.rooms, args.seed)
seen, taught = [], []
started = time.time()
updates = args.rounds * 150
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=updates)
for round_ in range(args.rounds):
    ended = arrived = 0
    # The teacher drives first, so that there is something to learn from; then less and less.
    teacher_drives = rng.random(args.rooms) < max(0.05, 1 - round_ / 8)
    for _ in range(args.steps):
        obs, wanted = rooms.observe(), rooms.teach()
        seen.append(obs)
        taught.append(wanted)
        with torch.no_grad():
            own = policy(torch.as_tensor(obs)).numpy()
        action = np.where(teacher_drives[:, None], wanted, own)
        # Now and then it drives otherwise for a step, to see more.
        stray = rng.random(args.rooms) < 0.05
        action[stray] = rng.uniform(-1, 1, (stray.sum(), 2))
        over, there = rooms.step(action)
        over |= rooms.steps > 40 * RATE
        ended += (over & ~teacher_drives).sum()
        arrived += (there & ~teacher_drives).sum()
        if over.any():
            rooms.reset(np.flatnonzero(over))
    data, labels = torch.as_tensor(np.concatenate(seen)), torch.as_tensor(np.concatenate(taught))
    losses = []
    for _ in range(150):
        batch = torch.as_tensor(rng.integers(0, len(data), 1024))
        obs, wanted = data[batch], labels[batch]
        if rng.random() < 0.5:
            # In a mirror left is right: the beams the other way round, the sine and the turn with the other sign.
            obs = torch.cat([obs[:, :BEAMS].flip(1), obs[:, BEAMS:] * torch.tensor([1.0, -1.0, 1.0])], 1)
            wanted = wanted * torch.tensor([1.0, -1.0])
        loss = nn.functional.smooth_l1_loss(policy(obs), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    print(f"round {round_ + 1}: {arrived} of {ended} at the goal, loss {np.mean(losses):.4f}, "
          f"{time.time() - started:.0f} s", flush=True)

names = [f"beam_{i}" for i in range(BEAMS)] + ["goal.distance", "goal.sin", "goal.cos"]
export(policy, args.out, **batch_of(BEAMS + 3), outputs=["action"], metadata={
    "observation_names": names,
    "beams": f"{BEAMS} from -pi to pi rad, each the nearest within half the distance to the next, at most 3.5 m, divided by it",
    "goal": "distance at most 3 m, divided by it; sine and cosine of the bearing",
    "action_names": ["linear.x", "angular.z"],
    "action_type": "continuous",
    "action_low": [0.0, -TURN],
    "action_high": [SPEED, TURN],
    "rate": RATE,
    "training": f"train_laser_drive.py --seed {args.seed} --rounds {args.rounds} "
                f"({args.rounds * args.steps * args.rooms} steps, taught by a planner with a map)",
})
