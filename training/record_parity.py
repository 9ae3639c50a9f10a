"""Records what Python's onnxruntime makes of the models, for the tests of the nodes to compare with.

    python record_parity.py      writes ../test/fixtures/models/<model>.json for all of ../models

The inputs are the same every time. Numbers are written as float64 of the same value, so that JSON
carries them exactly. Pictures are those of ../models/images, named and not copied.
"""

import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import onnxruntime

from environments import Pendulum
from inspection import MEAN, STD, normalize, read_png

ROOT = Path(__file__).parent.parent
TYPES = {"tensor(float)": np.float32}
STEPS = 60  # of the recorded episode of a network with state: 3 s


def plain(array):
    return {"type": str(array.dtype), "dims": list(array.shape), "data": array.ravel().tolist()}


def run(session, feeds):
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def random_cases(session, rng, count=6):
    """Values as wide as observations are, and some wider."""
    for _ in range(count):
        feeds = {}
        for value in session.get_inputs():
            shape = [2 if isinstance(dim, str) else dim for dim in value.shape]
            # A state is what an LSTM gives, within -1..1.
            scale = 0.5 if value.name in ("h_in", "c_in") else 2.0
            feeds[value.name] = np.clip(rng.normal(0, scale, shape), -4 * scale, 4 * scale).astype(TYPES[value.type])
        outputs = run(session, feeds)
        yield {"inputs": {name: plain(array) for name, array in feeds.items()},
               "outputs": {name: plain(array) for name, array in outputs.items()}}


def picture_cases(session):
    for path in sorted((ROOT / "models" / "images").glob("*.png")):
        image = normalize(read_png(path)[None])
        yield {"inputs": {"image": {"picture": path.relative_to(ROOT).as_posix(), "type": str(image.dtype),
                                    "dims": list(image.shape), "mean": MEAN, "std": STD,
                                    "sha256": hashlib.sha256(image.astype("<f4").tobytes()).hexdigest()}},
               "outputs": {name: plain(array) for name, array in run(session, {"image": image}).items()}}


def episode(session):
    """What a network with state sees and does from hanging, the state going round in Python."""
    robot = Pendulum(1, seed=11)
    robot.angle[:] = np.pi
    shapes = {value.name: value.shape for value in session.get_inputs()}
    state = {name: np.zeros(shapes[name], np.float32) for name in ("h_in", "c_in")}
    seen, actions = [], []
    for _ in range(STEPS):
        obs = robot.observe()[:, :2].astype(np.float32)
        outputs = run(session, {"obs": obs, **state})
        state = {"h_in": outputs["h_out"], "c_in": outputs["c_out"]}
        seen.append(obs.ravel().tolist())
        actions.append(outputs["actions"].ravel().tolist())
        robot.step(outputs["actions"])
    return {"obs": seen, "actions": actions}


def main():
    folder = ROOT / "test" / "fixtures" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"python": platform.python_version(), "onnxruntime": onnxruntime.__version__, "numpy": np.__version__,
                "machine": platform.machine()}
    for path in sorted((ROOT / "models").glob("*.onnx")):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        names = [value.name for value in session.get_inputs()]
        rng = np.random.default_rng(7)
        cases = list(picture_cases(session) if names == ["image"] else random_cases(session, rng))
        recorded = {"model": path.relative_to(ROOT).as_posix(), "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                    "versions": versions}
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in recorded.items()]
        if "h_in" in names:
            lines.append(f'"episode": {json.dumps(episode(session))}')
        lines.append('"cases": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]")
        target = folder / f"{path.stem}.json"
        target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        print(f"{target.name}  {len(cases)} cases  {target.stat().st_size} bytes")


main()
