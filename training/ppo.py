"""Proximal Policy Optimization, as short as it can be while still being usable.

PPO repeats three steps:

1. drive a few dozen simulated robots at once with the current policy and write everything down,
2. estimate for each action how much better it turned out than usual (its "advantage"),
3. make good actions more likely and bad ones less likely, but only a little per round
   (the "clipping"), as what was written down holds only for policies close to the current one.

The environments passed in are batched: `reset_all()` returns observations of shape [n, obs] and
`step(actions)` returns (observations, rewards, terminated, final observations, truncated).
They start a new episode by themselves, so the observation after an ended episode is already the
first one of the next; the last one of the old episode is in "final observations".
"""

import time

import numpy as np
import torch
from torch import nn


def mlp(inputs, outputs, last_gain):
    """Two hidden layers of 64 tanh units. A small last layer makes the first actions undecided."""
    layers = []
    for a, b, gain in ((inputs, 64, 2**0.5), (64, 64, 2**0.5), (64, outputs, last_gain)):
        layer = nn.Linear(a, b)
        nn.init.orthogonal_(layer.weight, gain)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


class DiscretePolicy(nn.Module):
    """One logit per action; the action to take is the one with the largest logit."""

    def __init__(self, observations, actions):
        super().__init__()
        self.net = mlp(observations, actions, 0.01)

    def forward(self, obs):
        return self.net(obs)

    def distribution(self, obs):
        return torch.distributions.Categorical(logits=self(obs))

    @staticmethod
    def log_prob(dist, actions):
        return dist.log_prob(actions)


class ContinuousPolicy(nn.Module):
    """Actions in -1..1. While learning, noise of a learned size is added to try other actions."""

    def __init__(self, observations, actions):
        super().__init__()
        self.net = mlp(observations, actions, 0.01)
        self.log_std = nn.Parameter(torch.full((actions,), -0.5))

    def forward(self, obs):
        return torch.tanh(self.net(obs))

    def distribution(self, obs):
        return torch.distributions.Normal(self(obs), self.log_std.exp())

    @staticmethod
    def log_prob(dist, actions):
        return dist.log_prob(actions).sum(-1)


def train(env, policy, *, iterations, steps=128, epochs=8, minibatches=8, gamma=0.99, lam=0.95,
          learning_rate=1e-3, clip=0.2, entropy_bonus=0.0, reward_scale=1.0, seed=0):
    """Trains `policy` in place and returns the number of control steps used."""
    rng = np.random.default_rng(seed)
    obs = env.reset_all()
    n, width = obs.shape
    critic = mlp(width, 1, 1.0)  # predicts the rewards still to come
    parameters = [*policy.parameters(), *critic.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=learning_rate, eps=1e-5)
    started = time.time()

    for iteration in range(iterations):
        # Large steps at first, small ones in the end to settle.
        optimizer.param_groups[0]["lr"] = learning_rate * (1 - iteration / iterations)

        # 1. Drive.
        all_obs, all_actions, all_log_probs = [], [], []
        rewards, finals = np.zeros((steps, n)), []
        terminated, truncated = np.zeros((steps, n), bool), np.zeros((steps, n), bool)
        for t in range(steps):
            obs_t = torch.as_tensor(obs, dtype=torch.float32)
            with torch.no_grad():
                dist = policy.distribution(obs_t)
                actions = dist.sample()
                all_log_probs.append(policy.log_prob(dist, actions))
            all_obs.append(obs_t)
            all_actions.append(actions)
            obs, reward, terminated[t], final, truncated[t] = env.step(actions.numpy())
            rewards[t] = reward * reward_scale
            finals.append(torch.as_tensor(final, dtype=torch.float32))

        # 2. Advantages (GAE). A fallen pole earns nothing any more. An episode that merely ran
        # out of time would have gone on, so what the critic expects of it counts.
        with torch.no_grad():
            values = critic(torch.stack(all_obs)).squeeze(-1).numpy()
            next_values = critic(torch.stack(finals)).squeeze(-1).numpy()
        advantages, running = np.zeros((steps, n)), np.zeros(n)
        for t in reversed(range(steps)):
            surprise = rewards[t] + gamma * next_values[t] * ~terminated[t] - values[t]
            running = surprise + gamma * lam * running * ~(terminated[t] | truncated[t])
            advantages[t] = running

        # 3. Improve.
        data_obs = torch.cat(all_obs)
        data_actions = torch.cat(all_actions)
        data_log_probs = torch.cat(all_log_probs)
        data_advantages = torch.as_tensor(advantages.reshape(-1), dtype=torch.float32)
        data_returns = torch.as_tensor((advantages + values).reshape(-1), dtype=torch.float32)
        data_advantages = (data_advantages - data_advantages.mean()) / (data_advantages.std() + 1e-8)
        for _ in range(epochs):
            for batch in np.array_split(rng.permutation(steps * n), minibatches):
                batch = torch.as_tensor(batch)
                dist = policy.distribution(data_obs[batch])
                ratio = (policy.log_prob(dist, data_actions[batch]) - data_log_probs[batch]).exp()
                advantage = data_advantages[batch]
                gain = torch.min(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)
                error = critic(data_obs[batch]).squeeze(-1) - data_returns[batch]
                loss = -gain.mean() + 0.5 * error.pow(2).mean() - entropy_bonus * dist.entropy().mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(parameters, 0.5)
                optimizer.step()

        if iteration % 20 == 0 or iteration == iterations - 1:
            print(f"{iteration:5d}  steps {(iteration + 1) * steps * n:9d}  "
                  f"reward per step {rewards.mean() / reward_scale:7.3f}  "
                  f"episodes failed {terminated.sum():4d}  {time.time() - started:6.0f} s", flush=True)
    return iterations * steps * n
