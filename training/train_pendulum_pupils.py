"""Teaches networks that see no speed to swing up a pendulum as pendulum.onnx does, and exports them.

    python train_pendulum_pupils.py lstm --seed 1
    python train_pendulum_pupils.py transformer --seed 1
"""

import argparse
from pathlib import Path

import torch

from distill import Teacher, distill
from environments import Pendulum
from export import export
from pupils import Lstm, Transformer

MODELS = Path(__file__).parent.parent / "models"
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("network", choices=("lstm", "transformer"))
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--rounds", type=int, help="of one episode of 200 steps for 64 robots; default 300 (lstm) or 100")
parser.add_argument("--window", type=int, default=8, help="observations that the transformer sees; 1 = no memory")
parser.add_argument("--teacher", default=MODELS / "pendulum.onnx")
parser.add_argument("--out", help="default: ../models/pendulum-<network>.onnx")
args = parser.parse_args()
args.rounds = args.rounds or {"lstm": 300, "transformer": 100}[args.network]

torch.manual_seed(args.seed)
torch.set_num_threads(1)

pupil = Lstm(width=2) if args.network == "lstm" else Transformer(width=2, length=args.window)
steps = distill(Pendulum(64, args.seed), Teacher(args.teacher), pupil, seen=[0, 1], rounds=args.rounds,
                seed=args.seed)

export(pupil, args.out or MODELS / f"pendulum-{args.network}.onnx",
       example=pupil.example(), inputs=pupil.INPUTS, outputs=pupil.OUTPUTS, metadata={
           "joint_names": ["hinge"],
           "observation_names": ["cos(hinge.position)", "sin(hinge.position)"],
           **({"window": args.window, "window_order": "oldest first"} if args.network == "transformer" else {}),
           "action_names": ["hinge.effort"],
           "action_type": "continuous",
           "action_scale": [Pendulum.TORQUE],
           "rate": Pendulum.RATE,
           "training": f"train_pendulum_pupils.py {args.network} --seed {args.seed} --rounds {args.rounds} "
                       f"({steps} steps, taught by pendulum.onnx)",
       })
