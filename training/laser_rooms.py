"""A robot on two wheels with a laser scanner in rooms with obstacles, many rooms at a time, in NumPy.

A room is a square of `SIZE` m with walls around it and round or square obstacles in it. The robot is a
disc. It is told a speed ahead and a turn rate, 10 times a second, and follows them as fast as its
motors can. It drives ahead only: what is behind it, it sees with the scanner alone.
"""

import numpy as np

SIZE = 6.0
RADIUS = 0.18
RATE = 10
REACH = 0.3  # m from the goal: there
SPEED, TURN = 0.4, 1.5  # m/s and rad/s, the most
ACCELERATION, TURN_ACCELERATION = 0.8, 6.0
RAYS = 180
RANGE = 3.5
BEAMS = 36
ROUND, SQUARE = 6, 4  # obstacles at most
CELL = 0.1
CELLS = round(SIZE / CELL)

# The scanner sees all around, the first ray behind the robot: -179, -177 ... 179 degrees.
RAY_ANGLES = (np.arange(RAYS) + 0.5) * 2 * np.pi / RAYS - np.pi
# The beams the policy gets: each the nearest of the rays within half the distance to the next.
BEAM_ANGLES = np.linspace(-np.pi, np.pi, BEAMS)
_near = np.abs(RAY_ANGLES[None] - BEAM_ANGLES[:, None]) <= np.pi / (BEAMS - 1) + 1e-9


class Rooms:
    """`count` rooms, each with a robot and a goal that can be reached."""

    def __init__(self, count, seed):
        self.count = count
        self.rng = np.random.default_rng(seed)
        self.disc = np.zeros((count, ROUND, 3))  # x, y, radius
        self.box = np.zeros((count, SQUARE, 4))  # left, bottom, right, top
        self.goal = np.zeros((count, 2))
        self.pose = np.zeros((count, 3))
        self.speed = np.zeros((count, 2))
        self.distance = np.zeros((count, CELLS, CELLS))
        self.steps = np.zeros(count, int)
        self.reset(np.arange(count))

    def reset(self, which):
        """New rooms. Drawn again where the goal cannot be reached or is too near."""
        open_ones = np.asarray(which)
        while len(open_ones):
            self._draw(open_ones)
            self.distance[open_ones] = self._distances(open_ones)
            cell = self._cell(self.pose[open_ones, :2])
            far = self.distance[open_ones, cell[:, 0], cell[:, 1]]
            open_ones = open_ones[~((far < 1e6) & (far > 15))]
        self.speed[which] = 0
        self.steps[which] = 0

    def keep(self, which):
        """Goes on with these rooms only."""
        self.count = len(which)
        for name in ("disc", "box", "goal", "pose", "speed", "distance", "steps"):
            setattr(self, name, getattr(self, name)[which])

    def _draw(self, which):
        n, rng = len(which), self.rng
        away = 100.0
        number = rng.integers(1, ROUND + 1, n)
        self.disc[which, :, :2] = rng.uniform(0.3, SIZE - 0.3, (n, ROUND, 2))
        self.disc[which, :, 2] = rng.uniform(0.1, 0.45, (n, ROUND))
        self.disc[which, :, 0] += away * (np.arange(ROUND) >= number[:, None])
        number = rng.integers(0, SQUARE + 1, n)
        corner = rng.uniform(0, SIZE - 1, (n, SQUARE, 2))
        # Half of them are walls: long and thin.
        sides = rng.uniform(0.2, 0.8, (n, SQUARE, 2))
        thin = rng.integers(0, 4, (n, SQUARE))
        sides[..., 0] = np.where(thin == 0, 0.1, np.where(thin == 1, rng.uniform(0.8, 2.2, (n, SQUARE)), sides[..., 0]))
        sides[..., 1] = np.where(thin == 1, 0.1, np.where(thin == 0, rng.uniform(0.8, 2.2, (n, SQUARE)), sides[..., 1]))
        corner[..., 0] += away * (np.arange(SQUARE) >= number[:, None])
        self.box[which] = np.concatenate([corner, corner + sides], 2)
        for i in which:
            clear = self._clearance(np.array([i]))[0]
            free = np.argwhere(clear > RADIUS + 0.12)
            start, goal = free[rng.integers(0, len(free), 2)]
            self.pose[i, :2] = (start + 0.5) * CELL
            self.goal[i] = (goal + 0.5) * CELL
        self.pose[which, 2] = rng.uniform(-np.pi, np.pi, n)

    def _clearance(self, which):
        """How far each cell is from the nearest obstacle, m."""
        center = (np.arange(CELLS) + 0.5) * CELL
        x, y = np.meshgrid(center, center, indexing="ij")
        place = np.stack([x, y], -1)[None]
        return self._free_way(np.broadcast_to(place, (len(which), CELLS, CELLS, 2)).reshape(len(which), -1, 2), which).reshape(
            len(which), CELLS, CELLS)

    def _free_way(self, place, which):
        """How far places [rooms, places, 2] are from the nearest obstacle, m; below 0 within one."""
        disc, box = self.disc[which][:, None], self.box[which][:, None]
        at = place[:, :, None]
        to_disc = np.linalg.norm(at - disc[..., :2], axis=-1) - disc[..., 2]
        outside = np.maximum(np.maximum(box[..., :2] - at, at - box[..., 2:]), 0)
        inside = np.minimum(np.maximum(box[..., :2] - at, at - box[..., 2:]).max(-1), 0)
        to_box = np.linalg.norm(outside, axis=-1) + inside
        to_wall = np.minimum(place, SIZE - place).min(-1)
        return np.minimum(np.minimum(to_disc.min(-1), to_box.min(-1)), to_wall)

    def _distances(self, which):
        """The way from each cell to the goal in cells, around the obstacles, and longer where it is narrow."""
        clear = self._clearance(which)
        blocked = clear < RADIUS + 0.03
        cost = 1 + 4 * np.exp(-(clear - RADIUS) / 0.12)
        cost = np.where(blocked, 1e9, cost)
        far = np.full((len(which), CELLS + 2, CELLS + 2), 1e9)
        cell = self._cell(self.goal[which])
        rows = np.arange(len(which))
        far[rows, cell[:, 0] + 1, cell[:, 1] + 1] = 0
        around = [(dx, dy, np.hypot(dx, dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
        inner = far[:, 1:-1, 1:-1]
        for _ in range(4 * CELLS):
            before = inner.copy()
            for dx, dy, length in around:
                other = far[:, 1 + dx : CELLS + 1 + dx, 1 + dy : CELLS + 1 + dy]
                np.minimum(inner, other + cost * length, out=inner)
            if np.array_equal(before, inner):
                break
        return inner

    def _cell(self, place):
        return np.clip((place / CELL).astype(int), 0, CELLS - 1)

    def scan(self, noise=True):
        """The ranges of all rays, m; infinite where there is nothing within range."""
        angle = self.pose[:, 2:] + RAY_ANGLES
        direction = np.stack([np.cos(angle), np.sin(angle)], -1)
        origin = self.pose[:, None, :2]
        # The walls around: from inside.
        with np.errstate(divide="ignore", invalid="ignore"):
            ranges = np.where(direction > 0, (SIZE - origin) / direction, -origin / direction).min(-1)
        for k in range(ROUND):
            to = self.disc[:, None, k, :2] - origin
            along = (to * direction).sum(-1)
            gap = self.disc[:, None, k, 2] ** 2 - ((to**2).sum(-1) - along**2)
            hit = (gap > 0) & (along > 0)
            ranges = np.where(hit, np.minimum(ranges, along - np.sqrt(np.maximum(gap, 0))), ranges)
        for k in range(SQUARE):
            low, high = self.box[:, None, k, :2], self.box[:, None, k, 2:]
            with np.errstate(divide="ignore", invalid="ignore"):
                a, b = (low - origin) / direction, (high - origin) / direction
            enter, leave = np.minimum(a, b).max(-1), np.maximum(a, b).min(-1)
            hit = (enter < leave) & (enter > 0)
            ranges = np.where(hit, np.minimum(ranges, enter), ranges)
        if noise:
            ranges = ranges + self.rng.normal(0, 0.01, ranges.shape)
            ranges[self.rng.random(ranges.shape) < 0.005] = np.inf
        return np.where(ranges > RANGE * 1.5, np.inf, ranges)

    def observe(self, noise=True):
        """[rooms, 39] float32: 36 beams, then distance, sine and cosine of the bearing of the goal."""
        return observation(self.scan(noise), self.pose, self.goal)

    def teach(self):
        """What a driver does who has a map: along the shortest way, slower where it bends. [rooms, 2] of -1..1."""
        place = self.pose[:, :2].copy()
        rows = np.arange(self.count)
        ahead = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        cell = self._cell(place)
        # Some cells down the way.
        for _ in range(5):
            options = np.stack([self.distance[rows, np.clip(cell[:, 0] + dx, 0, CELLS - 1), np.clip(cell[:, 1] + dy, 0, CELLS - 1)]
                                for dx, dy in ahead], 1)
            best = np.array(ahead)[options.argmin(1)]
            cell = np.clip(cell + best, 0, CELLS - 1)
        target = (cell + 0.5) * CELL
        near = np.linalg.norm(self.goal - place, axis=1) < 0.5
        target[near] = self.goal[near]
        dx, dy = (target - place).T
        error = wrap(np.arctan2(dy, dx) - self.pose[:, 2])
        turn = np.clip(2.0 * error / TURN, -1, 1)
        speed = np.clip(np.cos(error), 0, 1) ** 3
        return np.stack([2 * speed - 1, turn], 1).astype(np.float32)

    def step(self, action):
        """Drives for a tenth of a second. Which rooms ended, and which of them at the goal."""
        want_speed, want_turn = command(action)
        limit = np.array([ACCELERATION, TURN_ACCELERATION]) / RATE
        self.speed += np.clip(np.stack([want_speed, want_turn], 1) - self.speed, -limit, limit)
        fine = 4
        for _ in range(fine):
            self.pose[:, 2] = wrap(self.pose[:, 2] + self.speed[:, 1] / RATE / fine)
            way = self.speed[:, 0] / RATE / fine
            self.pose[:, 0] += np.cos(self.pose[:, 2]) * way
            self.pose[:, 1] += np.sin(self.pose[:, 2]) * way
        self.steps += 1
        free = self._free_way(self.pose[:, None, :2], np.arange(self.count))[:, 0]
        there = np.linalg.norm(self.goal - self.pose[:, :2], axis=1) < REACH
        crashed = free < RADIUS
        return there | crashed, there & ~crashed


def wrap(angle):
    return np.arctan2(np.sin(angle), np.cos(angle))


def command(action):
    """Speed ahead and turn rate of an action of -1..1."""
    action = np.clip(action, -1, 1)
    return (action[:, 0] + 1) / 2 * SPEED, action[:, 1] * TURN


def observation(ranges, pose, goal):
    """What the policy gets of ranges [rooms, RAYS], poses [rooms, 3] and goals [rooms, 2]."""
    ranges = np.minimum(np.where(np.isfinite(ranges), np.maximum(ranges, 0.12), RANGE), RANGE)
    beams = np.stack([ranges[:, near].min(1) for near in _near], 1) / RANGE
    to = goal - pose[:, :2]
    bearing = wrap(np.arctan2(to[:, 1], to[:, 0]) - pose[:, 2])
    distance = np.minimum(np.linalg.norm(to, axis=1), 3.0) / 3.0
    return np.concatenate([beams, np.stack([distance, np.sin(bearing), np.cos(bearing)], 1)], 1).astype(np.float32)
