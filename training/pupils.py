"""The two networks that have to remember: an LSTM, and a transformer over the last observations."""

import torch
from torch import nn
from torch.nn import functional


class Lstm(nn.Module):
    """One LSTM layer and a linear one; the names of its inputs and outputs are those of rsl_rl."""

    INPUTS, OUTPUTS = ("obs", "h_in", "c_in"), ("actions", "h_out", "c_out")

    def __init__(self, width, hidden=64):
        super().__init__()
        self.width, self.hidden = width, hidden
        self.lstm = nn.LSTM(width, hidden)
        self.head = nn.Sequential(nn.Linear(hidden, 32), nn.Tanh(), nn.Linear(32, 1), nn.Tanh())

    def forward(self, obs, h_in, c_in):
        """obs [1, width], h_in and c_in [layers, 1, hidden] -> actions [1, 1], h_out, c_out."""
        out, (h_out, c_out) = self.lstm(obs.unsqueeze(0), (h_in, c_in))
        return self.head(out[0]), h_out, c_out

    def example(self):
        return torch.zeros(1, self.width), torch.zeros(1, 1, self.hidden), torch.zeros(1, 1, self.hidden)

    def start(self, obs):
        zeros = torch.zeros(1, len(obs), self.hidden)
        return zeros, zeros

    def act(self, obs, memory):
        actions, *memory = self(obs, *memory)
        return actions, memory

    def unroll(self, obs, memory):
        out, memory = self.lstm(obs, memory)
        return self.head(out), memory


class Block(nn.Module):
    """Attention over the window, then a small network on each place of it."""

    def __init__(self, size, heads):
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_mlp = nn.LayerNorm(size), nn.LayerNorm(size)
        self.qkv, self.out = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.mlp = nn.Sequential(nn.Linear(size, 2 * size), nn.GELU(), nn.Linear(2 * size, size))

    def forward(self, x):
        n, length, size = x.shape
        # [n, length, 3 size] -> three times [n, heads, length, size / heads]
        q, k, v = self.qkv(self.before_attention(x)).reshape(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(mixed.transpose(1, 2).reshape(n, length, size))
        return x + self.mlp(self.before_mlp(x))


class Transformer(nn.Module):
    """Sees the last `length` observations, oldest first. At the start the first one fills them all."""

    INPUTS, OUTPUTS = ("window",), ("action",)

    def __init__(self, width, length=8, size=32, heads=4, blocks=2):
        super().__init__()
        self.width, self.length = width, length
        self.embed = nn.Linear(width, size)
        # Attention itself does not know what came first.
        self.place = nn.Parameter(0.1 * torch.randn(length, size))
        self.blocks = nn.Sequential(*(Block(size, heads) for _ in range(blocks)))
        self.head = nn.Sequential(nn.LayerNorm(size), nn.Linear(size, 1))

    def forward(self, window):
        """window [n, length, width] -> action [n, 1]."""
        x = self.blocks(self.embed(window) + self.place)
        return torch.tanh(self.head(x[:, -1]))

    def example(self):
        return (torch.zeros(1, self.length, self.width),)

    def start(self, obs):
        return (obs.repeat(self.length - 1, 1, 1),)

    def act(self, obs, memory):
        actions, memory = self.unroll(obs.unsqueeze(0), memory)
        return actions[0], memory

    def unroll(self, obs, memory):
        steps, n, width = obs.shape
        seen = torch.cat((*memory, obs))
        windows = seen.unfold(0, self.length, 1).permute(0, 1, 3, 2)  # [steps, n, length, width]
        actions = self(windows.reshape(-1, self.length, width)).reshape(steps, n, 1)
        return actions, (seen[steps:],)
