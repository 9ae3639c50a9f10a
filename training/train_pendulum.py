"""Teaches a network to swing up a pendulum and hold it upright, and exports it.

    python train_pendulum.py --seed 1
"""

import argparse
from pathlib import Path

import torch

import ppo
from environments import Pendulum
from export import batch_of, export

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--iterations", type=int, default=300, help="rounds of 64 robots x 128 steps")
parser.add_argument("--out", default=Path(__file__).parent.parent / "models" / "pendulum.onnx")
args = parser.parse_args()

torch.manual_seed(args.seed)
torch.set_num_threads(1)  # for a network this small more threads are slower, and less repeatable

policy = ppo.ContinuousPolicy(observations=3, actions=1)
steps = ppo.train(Pendulum(64, args.seed), policy, iterations=args.iterations, gamma=0.97,
                  learning_rate=1e-3, reward_scale=0.1, seed=args.seed)

export(policy, args.out, **batch_of(3), outputs=["action"], metadata={
    "joint_names": ["hinge"],
    "observation_names": ["cos(hinge.position)", "sin(hinge.position)", "hinge.velocity"],
    "action_names": ["hinge.effort"],
    "action_type": "continuous",
    "action_scale": [Pendulum.TORQUE],
    "rate": Pendulum.RATE,
    "training": f"train_pendulum.py --seed {args.seed} --iterations {args.iterations} ({steps} steps)",
})
