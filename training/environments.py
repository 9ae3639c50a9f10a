"""The two robots as batched training environments, written out with numpy.

The equations of motion are those of gymnasium's CartPole-v1 and Pendulum-v1. What is added makes
a policy usable outside of a benchmark: pushes, delayed actions, wider starts, longer episodes.
"""

import numpy as np


def delayed(history, base, jitter, rng):
    """Picks for each robot the action of `base` steps ago, now and then one step older.

    history has shape [n, 4], newest action first. In a running system a command takes effect a
    little after the measurement it was computed from, and not always equally late.
    """
    late = base + (rng.random(len(base)) < jitter)
    return history[np.arange(len(base)), np.minimum(late, history.shape[1] - 1)]


class CartPole:
    """CartPole-v1 with disturbances. Observation: x, x', theta, theta'. Action: 0 or 1."""

    RATE = 50
    FORCE = 10.0  # N; action 0 pushes to the left, action 1 to the right
    RAIL = 2.4  # m
    FALLEN = 0.9  # rad; far beyond the 12 degrees of CartPole-v1, to learn to save a leaning pole
    EPISODE = 1000  # control steps, 20 s

    def __init__(self, n, seed):
        self.n, self.rng = n, np.random.default_rng(seed)
        self.state, self.history = np.zeros((n, 4)), np.zeros((n, 4))
        self.age, self.delay = np.zeros(n, int), np.zeros(n, int)

    def reset(self, which):
        k = which.sum()
        self.state[which] = self.rng.uniform(-1, 1, (k, 4)) * (1.8, 1.0, 0.4, 1.0)
        self.history[which] = 0.0
        self.age[which] = 0
        self.delay[which] = self.rng.choice(3, k, p=(0.35, 0.45, 0.2))

    def reset_all(self):
        self.reset(np.ones(self.n, bool))
        # Otherwise all episodes would end by time in the same step.
        self.age = self.rng.integers(0, self.EPISODE, self.n)
        return self.state.copy()

    def step(self, actions):
        self.history = np.roll(self.history, 1, axis=1)
        self.history[:, 0] = np.where(actions == 1, self.FORCE, -self.FORCE)
        force = delayed(self.history, self.delay, 0.1, self.rng)

        # A push every 3 s on average: a jump of the velocities of cart and pole.
        pushed = self.rng.random(self.n) < 1 / (3 * self.RATE)
        kick = self.rng.uniform(-1, 1, (self.n, 2)) * (1.2, 2.4)
        self.state[:, 1] += pushed * kick[:, 0]
        self.state[:, 3] += pushed * kick[:, 1]

        # CartPole-v1 takes one Euler step of 20 ms. Five of 4 ms are closer to a real robot.
        x, v, angle, spin = self.state.T
        for _ in range(5):
            sin, cos = np.sin(angle), np.cos(angle)
            push = (force + 0.05 * spin**2 * sin) / 1.1
            spin_rate = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - 0.1 * cos**2 / 1.1))
            acceleration = push - 0.05 * spin_rate * cos / 1.1
            v, spin = v + 0.004 * acceleration, spin + 0.004 * spin_rate
            x, angle = x + 0.004 * v, angle + 0.004 * spin
        self.state = np.stack((x, v, angle, spin), axis=1)

        # One point for staying up as in CartPole-v1, less when away from the middle or leaning.
        reward = 1 - 0.4 * (x / self.RAIL) ** 2 - 0.4 * np.minimum(np.abs(angle), 1) - 0.02 * v**2
        terminated = (np.abs(x) > self.RAIL) | (np.abs(angle) > self.FALLEN)
        self.age += 1
        truncated = (self.age >= self.EPISODE) & ~terminated
        final = self.state.copy()
        self.reset(terminated | truncated)
        return self.state.copy(), reward, terminated, final, truncated


class Pendulum:
    """Pendulum-v1 with disturbances. Observation: cos, sin, speed. Action: -1..1 times 2 N m."""

    RATE = 20
    TORQUE = 2.0  # N m
    EPISODE = 200  # control steps, 10 s

    def __init__(self, n, seed):
        self.n, self.rng = n, np.random.default_rng(seed)
        self.angle, self.speed = np.zeros(n), np.zeros(n)
        self.history, self.age, self.delay = np.zeros((n, 4)), np.zeros(n, int), np.zeros(n, int)
        # Half of the robots move as Pendulum-v1 does, in one step of 50 ms, and half of them in
        # ten of 5 ms, which is closer to a real one.
        self.substeps = np.where(np.arange(n) % 2, 10, 1)

    def observe(self):
        return np.stack((np.cos(self.angle), np.sin(self.angle), self.speed), axis=1)

    def reset(self, which):
        k = which.sum()
        self.angle[which] = self.rng.uniform(-np.pi, np.pi, k)
        # Hanging still is the usual start of a robot but a rare one among random starts.
        hanging = self.rng.random(k) < 0.25
        self.angle[which] = np.where(hanging, np.pi, self.angle[which])
        self.speed[which] = np.where(hanging, 0.0, self.rng.uniform(-1, 1, k))
        self.history[which] = 0.0
        self.age[which] = 0
        self.delay[which] = self.rng.choice(2, k, p=(0.7, 0.3))

    def reset_all(self):
        self.reset(np.ones(self.n, bool))
        self.age = self.rng.integers(0, self.EPISODE, self.n)
        return self.observe()

    def step(self, actions):
        self.history = np.roll(self.history, 1, axis=1)
        self.history[:, 0] = self.TORQUE * np.clip(actions[:, 0], -1, 1)
        torque = delayed(self.history, self.delay, 0.1 * (self.delay > 0), self.rng)

        # The cost of Pendulum-v1: angle from upright, speed, effort.
        wrapped = (self.angle + np.pi) % (2 * np.pi) - np.pi
        reward = -(wrapped**2 + 0.1 * self.speed**2 + 0.001 * torque**2)

        pushed = self.rng.random(self.n) < 1 / (10 * self.RATE)
        self.speed += pushed * self.rng.uniform(-2, 2, self.n)
        for i in range(10):
            dt = np.where(i < self.substeps, 1 / self.RATE / self.substeps, 0.0)
            self.speed += dt * (15 * np.sin(self.angle) + 3 * torque)
            self.speed = np.clip(self.speed, -8, 8)
            self.angle += dt * self.speed

        self.age += 1
        truncated = self.age >= self.EPISODE
        final = self.observe()
        self.reset(truncated)
        return self.observe(), reward, np.zeros(self.n, bool), final, truncated
