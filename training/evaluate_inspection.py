"""Measures inspection-cnn.onnx on pictures that it has not seen.

    python evaluate_inspection.py

The pictures are drawn by inspection.py with another seed than those of the training, then again
with a worse lamp and a worse camera than in the training. A "classifier" that knows only the mean
colour of a picture shows what the figures are worth.
"""

import argparse
from pathlib import Path

import numpy as np
import onnxruntime

from inspection import CLASSES, normalize, pictures

SEED = 1_000_000
CAMERAS = {
    "as in the training": {},
    "dim lamp, 35 to 60 %": {"light": (0.35, 0.6)},
    "bright lamp, 130 to 170 %": {"light": (1.3, 1.7)},
    "noise of 4 to 6 %": {"noise": (0.04, 0.06)},
    "coloured lamp, up to 15 %": {"tint": 0.15},
}


def mean_color_classifier(data, labels):
    """The class whose mean colour is the nearest."""
    colors = data.mean((1, 2))
    means = np.stack([colors[labels == i].mean(0) for i in range(len(CLASSES))])
    return lambda seen: np.linalg.norm(seen.mean((1, 2))[:, None] - means, axis=2).argmin(1)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", default=Path(__file__).parent.parent / "models" / "inspection-cnn.onnx")
parser.add_argument("--pictures", type=int, default=2000)
args = parser.parse_args()

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(str(args.model), options, providers=["CPUExecutionProvider"])


def network(seen):
    # One at a time: the model takes one picture.
    return np.array([session.run(None, {"image": normalize(picture[None])})[0][0].argmax() for picture in seen])


for i, (name, camera) in enumerate(CAMERAS.items()):
    n = args.pictures if i == 0 else args.pictures // 4
    data, labels = pictures(n, SEED + i, **camera)
    guesses = network(data)
    if i == 0:
        print("\nrows: what it is, columns: what the network says\n")
        print("| |", " | ".join(CLASSES), "|\n|---|" + "---|" * len(CLASSES))
        for k, row in enumerate(CLASSES):
            counts = np.bincount(guesses[labels == k], minlength=len(CLASSES))
            print(f"| {row} |", " | ".join(map(str, counts)), "|")
        known = mean_color_classifier(*pictures(1000, SEED - 1))
        print("\n| pictures | right |\n|---|---|")
        print(f"| mean colour only, as in the training, {n} | {(known(data) == labels).mean():.1%} |")
    faulty = labels != 0
    print(f"| {name}, {n} | {(guesses == labels).mean():.1%} (faulty ones passed as ok: "
          f"{(guesses[faulty] == 0).sum()} of {faulty.sum()}) |", flush=True)
