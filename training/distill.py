"""Teaches a pupil that sees less what a teacher who sees everything does (DAgger).

The teacher is an exported policy that knows the whole state of the robot. The pupil gets only part
of it and has to make up the rest from what it saw before. The pupil drives, so that it learns in
the situations that it brings about itself; the teacher says at each step what it would have done.
Reference: Ross et al. 2011, A Reduction of Imitation Learning and Structured Prediction to
No-Regret Online Learning.

A pupil is a module with
    memory = start(obs)                    what it remembers before the first step; obs [n, width]
    actions, memory = act(obs, memory)     one step; actions [n, 1] in -1..1
    actions, memory = unroll(obs, memory)  the same for many steps; obs [steps, n, width]
"""

import time

import numpy as np
import onnxruntime
import torch
from torch import nn


class Teacher:
    """The exported policy: observations [n, k] in, actions [n, 1] out."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, obs):
        return self.session.run(None, {"obs": obs.astype(np.float32)})[0]


def drive(env, teacher, pupil, seen, share, rng):
    """One episode of each robot; `share` of them are driven by the teacher.

    Returns what the pupil saw, what the teacher would have done, both [steps, n, ...], and the
    return of the robots that the pupil drove.
    """
    env.reset(np.ones(env.n, bool))  # and not reset_all: here the episodes begin and end together
    obs, memory = env.observe(), None
    by_teacher = rng.random(env.n) < share
    all_obs, all_labels, total = [], [], np.zeros(env.n)
    for _ in range(env.EPISODE):
        labels = teacher(obs)
        part = torch.as_tensor(obs[:, seen], dtype=torch.float32)
        with torch.no_grad():
            if memory is None:
                memory = pupil.start(part)
            actions, memory = pupil.act(part, memory)
        all_obs.append(part)
        all_labels.append(torch.as_tensor(labels))
        obs, reward, *_ = env.step(np.where(by_teacher[:, None], labels, actions.numpy()))
        total += reward
    return torch.stack(all_obs), torch.stack(all_labels), total[~by_teacher]


def learn(pupil, optimizer, obs, labels, chunk):
    """One pass through episodes, a step of the optimizer after each `chunk` control steps."""
    memory, losses = pupil.start(obs[0]), []
    for obs_part, labels_part in zip(obs.split(chunk), labels.split(chunk), strict=True):
        actions, memory = pupil.unroll(obs_part, memory)
        # What it remembers goes on; what was to blame for it is not traced further back.
        memory = tuple(tensor.detach() for tensor in memory)
        loss = (actions - labels_part).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(pupil.parameters(), 0.5)
        optimizer.step()
        losses.append(loss.item())
    return np.mean(losses)


def distill(env, teacher, pupil, *, seen, rounds, passes=3, chunk=25, keep=30, learning_rate=2e-3, seed=0):
    """Trains `pupil` in place and returns the number of control steps driven.

    `seen` are the indices of the observations that the pupil gets. Each round drives one episode
    of each robot and then learns in `passes`: from this round, and from any of the last `keep`.
    """
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(pupil.parameters(), lr=learning_rate)
    driven, started = [], time.time()
    for k in range(rounds):
        optimizer.param_groups[0]["lr"] = learning_rate * (1 - k / rounds)
        # A pupil that knows nothing yet brings about nothing worth learning.
        *episodes, total = drive(env, teacher, pupil, seen, max(0.0, 1 - k / 5), rng)
        driven = [*driven[-keep + 1:], episodes]
        loss = np.mean([learn(pupil, optimizer, *driven[-1 if i == 0 else rng.integers(len(driven))], chunk)
                        for i in range(passes)])
        if k % 10 == 0 or k == rounds - 1:
            result = f"{total.mean():8.1f}" if len(total) else "       -"
            print(f"{k:4d}  mean squared error {loss:.4f}  return of the pupil {result}  "
                  f"{time.time() - started:5.0f} s", flush=True)
    return rounds * env.EPISODE * env.n
