"""Teaches a network to balance a pole on a cart, under pushes and delay, and exports it.

    python train_cart_pole.py --seed 1
"""

import argparse
from pathlib import Path

import torch

import ppo
from environments import CartPole
from export import batch_of, export

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--iterations", type=int, default=400, help="rounds of 64 robots x 128 steps")
parser.add_argument("--out", default=Path(__file__).parent.parent / "models" / "cart-pole.onnx")
args = parser.parse_args()

torch.manual_seed(args.seed)
torch.set_num_threads(1)  # for a network this small more threads are slower, and less repeatable

policy = ppo.DiscretePolicy(observations=4, actions=2)
steps = ppo.train(CartPole(64, args.seed), policy, iterations=args.iterations, gamma=0.99,
                  learning_rate=1e-3, entropy_bonus=0.003, reward_scale=0.1, seed=args.seed)

export(policy, args.out, **batch_of(4), outputs=["logits"], metadata={
    "joint_names": ["slider", "hinge"],
    "observation_names": ["slider.position", "slider.velocity", "hinge.position", "hinge.velocity"],
    "action_names": ["slider.effort"],
    "action_type": "discrete",
    "action_values": [-CartPole.FORCE, CartPole.FORCE],
    "rate": CartPole.RATE,
    "training": f"train_cart_pole.py --seed {args.seed} --iterations {args.iterations} ({steps} steps)",
})
