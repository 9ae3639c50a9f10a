"""Writes a trained policy into one self-contained ONNX file."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch


def export(policy, path, *, example, inputs, outputs, metadata, dynamic_shapes=None):
    """`example` are tensors of the shapes of `inputs`, which are names as `outputs` are.

    `metadata` goes into metadata_props: lists as comma-separated values, the rest as text.
    """
    policy = policy.eval()
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        policy, tuple(example), str(path), input_names=list(inputs), output_names=list(outputs),
        opset_version=18, dynamic_shapes=dynamic_shapes,
        # Weights next to the model in a second file are easily lost on the way to a robot.
        external_data=False, dynamo=True, verbose=False)

    model = onnx.load(path)
    # The exporter records where each operation came from, with the paths of the machine it ran
    # on. Nobody needs that to run the policy.
    model.doc_string = ""
    for node in [*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info,
                 *model.graph.initializer, model.graph]:
        del node.metadata_props[:]
        node.doc_string = ""
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {
        key: ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        for key, value in metadata.items()})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)

    # The file has to compute what the network computes.
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    difference = 0.0
    for _ in range(64):
        probe = [rng.normal(size=tensor.shape).astype(np.float32) for tensor in example]
        with torch.no_grad():
            expected = policy(*map(torch.as_tensor, probe))
        expected = expected if isinstance(expected, tuple) else (expected,)
        results = session.run(list(outputs), dict(zip(inputs, probe, strict=True)))
        difference = max(difference, *(np.abs(a - b.numpy()).max() for a, b in zip(results, expected, strict=True)))
    if difference > 1e-5:
        raise SystemExit(f"{path} differs from the trained network by {difference}")
    print(f"{path}  {path.stat().st_size} bytes  sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


def batch_of(inputs):
    """What `export` needs for a policy that takes any number of observations of `inputs` values."""
    return {"example": (torch.zeros(2, inputs),), "inputs": ["obs"],
            "dynamic_shapes": ({0: torch.export.Dim("batch")},)}
