"""Teaches a network to tell faulty brackets from good ones in pictures, and exports it.

    python train_inspection_cnn.py --seed 1
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from export import export
from inspection import CLASSES, MEAN, SIZE, STD, normalize, pictures

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--pictures", type=int, default=8000)
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--out", default=Path(__file__).parent.parent / "models" / "inspection-cnn.onnx")
args = parser.parse_args()

torch.manual_seed(args.seed)
torch.set_num_threads(1)
rng = np.random.default_rng(args.seed)


def stage(channels_in, channels_out, size=3):
    """Half as wide, half as high."""
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, size, stride=2, padding=size // 2, bias=False),
                         nn.BatchNorm2d(channels_out), nn.ReLU())


# Where in the picture something is does not matter in the end, so the mean over all places is taken.
network = nn.Sequential(stage(3, 16, 5), stage(16, 32), stage(32, 48), stage(48, 64),
                        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, len(CLASSES)))

data, labels = pictures(args.pictures, args.seed)
labels = torch.as_tensor(labels)
batches = args.pictures // 64
optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-2)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=args.epochs * batches)
started = time.time()
for epoch in range(args.epochs):
    losses, right = [], 0
    for batch in rng.permutation(args.pictures)[:64 * batches].reshape(batches, 64):
        seen = data[batch]
        # A bracket seen in a mirror is as good or as faulty: eight views of each picture.
        if rng.random() < 0.5:
            seen = seen[:, ::-1]
        if rng.random() < 0.5:
            seen = seen[:, :, ::-1]
        if rng.random() < 0.5:
            seen = seen.transpose(0, 2, 1, 3)
        logits = network(torch.as_tensor(normalize(seen)))
        loss = nn.functional.cross_entropy(logits, labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        right += (logits.argmax(1) == labels[batch]).sum().item()
    print(f"{epoch:4d}  loss {np.mean(losses):.4f}  right {right / (64 * batches):.1%}  {time.time() - started:5.0f} s",
          flush=True)

export(network, args.out, example=(torch.zeros(1, 3, SIZE, SIZE),), inputs=["image"], outputs=["logits"], metadata={
    "class_names": CLASSES,
    "image_channels": "rgb",
    "rescale_factor": "1/255",
    "image_mean": [MEAN] * 3,
    "image_std": [STD] * 3,
    "training": f"train_inspection_cnn.py --seed {args.seed} --pictures {args.pictures} --epochs {args.epochs}",
})
