"""Measures exported policies in gymnasium and on the simulated robots of ../robots.

    python evaluate.py cart-pole
    python evaluate.py pendulum
    python evaluate.py pendulum --model ../models/pendulum-lstm.onnx --minutes 0
    python evaluate.py cart-pole --model some-other.onnx --episodes 20

The policies are run with onnxruntime from the exported file, as a robot would run them. Two
"policies" that know nothing, one without any action and one with random actions, show what the
figures are worth. A policy that remembers is also run without its memory.
"""

import argparse
from pathlib import Path

import gymnasium
import mujoco
import numpy as np
import onnxruntime

ROOT = Path(__file__).parent.parent


class Model:
    """The exported policy: an observation in, a command in N or N m out.

    Which kind it is shows in the names of its inputs: `obs` alone, `obs` with the state of an LSTM,
    or a `window` of the last observations. `remembers=False` takes its memory away: the state is
    zero at each step, or the window holds nothing but the newest observation.
    """

    def __init__(self, path, to_command, remembers=True):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.shapes = {value.name: value.shape for value in self.session.get_inputs()}
        self.has_memory = "window" in self.shapes or "h_in" in self.shapes
        self.to_command, self.remembers = to_command, remembers
        self.begin()

    def begin(self):
        """Forgets the last episode."""
        self.window = None
        self.state = {name: np.zeros(self.shapes[name], np.float32) for name in ("h_in", "c_in") if name in self.shapes}

    def __call__(self, obs):
        name = "window" if "window" in self.shapes else "obs"
        width = self.shapes[name][-1]  # the networks that remember see no speed, which comes last
        obs = np.asarray(obs[:width], np.float32)[None]
        if not self.remembers:
            self.begin()
        if name == "window":
            length = self.shapes[name][1]
            self.window = np.repeat(obs, length, 0) if self.window is None else np.concatenate((self.window[1:], obs))
            obs = self.window[None]
        command, *state = self.session.run(None, {name: obs, **self.state})
        self.state = dict(zip(self.state, state, strict=True))
        return self.to_command(command[0])


def begin(policy):
    if isinstance(policy, Model):
        policy.begin()


class Robot:
    """One of the MuJoCo models, driven as over a bus: commands hold until the next one arrives."""

    def __init__(self, name, rate):
        self.model = mujoco.MjModel.from_xml_path(str(ROOT / "robots" / f"{name}.xml"))
        self.data = mujoco.MjData(self.model)
        self.substeps = round(1 / rate / self.model.opt.timestep)

    def start(self, qpos, qvel, delay, rng):
        """`delay` is a number of control steps, or "varying": anew in each step, up to one step."""
        mujoco.mj_resetData(self.model, self.data)
        self.data.qpos[:], self.data.qvel[:] = qpos, qvel
        self.varying, self.rng = delay == "varying", rng
        self.waiting = [0.0] * (0 if self.varying else delay)

    def step(self, command):
        late = int(self.rng.integers(self.substeps + 1)) if self.varying else 0
        if late:
            mujoco.mj_step(self.model, self.data, late)
        self.waiting.append(command)
        self.data.ctrl[0] = self.waiting.pop(0)
        if late < self.substeps:
            mujoco.mj_step(self.model, self.data, self.substeps - late)


def row(name, values, extra=""):
    values = np.asarray(values, float)
    print(f"| {name} | {values.mean():.1f} | {values.std():.1f} | {values.min():.1f} | {extra} |", flush=True)


# --- cart-pole -----------------------------------------------------------------------------------

RAIL, FALLEN = 2.4, np.radians(60)
# What a push does, to the left or to the right: a jump of the velocity of the cart in m/s, or a force
# in N at a body, so many metres above its origin, for 0.1 s.
PUSHES = {
    "none": None,
    "cart kicked by 0.5 m/s": ("kick", 0.5),
    "cart kicked by 0.8 m/s": ("kick", 0.8),
    "cart kicked by 1.2 m/s": ("kick", 1.2),
    "8 N for 0.1 s at the cart": ("force", 8.0, "cart", 0.0),
    "12 N for 0.1 s at the cart": ("force", 12.0, "cart", 0.0),
    "1 N for 0.1 s at the middle of the pole": ("force", 1.0, "pole", 0.5),
    "1.25 N for 0.1 s at the middle of the pole": ("force", 1.25, "pole", 0.5),
    "1.5 N for 0.1 s at the middle of the pole": ("force", 1.5, "pole", 0.5),
    # Beyond what 10 N at the cart can catch: it makes the pole turn at more than 7 rad/s.
    "5 N for 0.1 s at the middle of the pole": ("force", 5.0, "pole", 0.5),
    "0.5 N for 0.1 s at the tip of the pole": ("force", 0.5, "pole", 1.0),
    "0.75 N for 0.1 s at the tip of the pole": ("force", 0.75, "pole", 1.0),
}


def cart_pole_gymnasium(policy, episodes):
    env = gymnasium.make("CartPole-v1")
    returns = []
    for episode in range(episodes):
        begin(policy)
        obs, _ = env.reset(seed=episode)
        total, over = 0.0, False
        while not over:
            command = policy(obs)
            # Without a third action "no force" has to be one of the two.
            obs, reward, terminated, truncated, _ = env.step(int(command > 0))
            total += reward
            over = terminated or truncated
        returns.append(total)
    return returns


def cart_pole_robot(policy, episodes, push, delay, seconds=60):
    """Seconds until the pole leans 60 degrees or the cart passes 2.4 m, and the widest |x|."""
    robot = Robot("cart-pole", 50)
    bodies = {name: robot.model.body(name).id for name in ("cart", "pole")}
    lasted, widest = [], []
    for episode in range(episodes):
        begin(policy)
        rng = np.random.default_rng(episode)
        robot.start(rng.uniform(-0.05, 0.05, 2), rng.uniform(-0.05, 0.05, 2), delay, rng)
        data, reach, until, steps = robot.data, 0.0, 0, 0
        next_push = int(50 * rng.uniform(2, 4))
        while steps < seconds * 50:
            if push and steps == next_push:
                sign = rng.choice((-1, 1))
                next_push += int(50 * rng.uniform(2, 4))
                if push[0] == "kick":
                    data.qvel[0] += sign * push[1]
                else:
                    until = steps + 5
            data.qfrc_applied[:] = 0
            if steps < until:
                body = bodies[push[2]]
                point = data.xpos[body] + data.xmat[body].reshape(3, 3) @ (0, 0, push[3])
                mujoco.mj_applyFT(robot.model, data, np.array((sign * push[1], 0.0, 0.0)), np.zeros(3),
                                  point, body, data.qfrc_applied)
            x, angle = data.qpos
            robot.step(policy((x, data.qvel[0], angle, data.qvel[1])))
            steps += 1
            reach = max(reach, abs(data.qpos[0]))
            if abs(data.qpos[0]) > RAIL or abs(data.qpos[1]) > FALLEN:
                break
        lasted.append(steps / 50)
        widest.append(reach)
    return lasted, widest


def cart_pole(model, episodes, minutes, only):
    policies = {
        "policy": Model(model, lambda logits: (-10.0, 10.0)[int(logits.argmax())]),
        "no action": lambda obs: 0.0,
        "random": lambda obs, rng=np.random.default_rng(0): rng.choice((-10.0, 10.0)),
    }
    print(f"\nCartPole-v1, return of {episodes} episodes (at most 500)\n")
    print("| | mean | std | min | |\n|---|---|---|---|---|")
    for name, policy in policies.items():
        note = "always action 0, there is no \"no force\"" if name == "no action" else ""
        row(name, cart_pole_gymnasium(policy, episodes), note)

    print(f"\nrobots/cart-pole.xml at 50 Hz, seconds until fallen or off the rail in {episodes} episodes "
          "(at most 60), a push every 2 to 4 s\n")
    print("| | mean | std | min | episodes without failure, widest distance from the middle |\n|---|---|---|---|---|")
    for push_name, push in PUSHES.items():
        if only not in push_name:
            continue
        for delay in (0, 1, 2, "varying"):
            lasted, widest = cart_pole_robot(policies["policy"], episodes, push, delay)
            row(f"policy, push: {push_name}, delay: {delay}", lasted,
                f"{np.mean(np.array(lasted) >= 60):.0%}, {max(widest):.2f} m")
    for name in ("no action", "random"):
        lasted, widest = cart_pole_robot(policies[name], episodes, None, 0)
        row(f"{name}, push: none, delay: 0", lasted, f"{np.mean(np.array(lasted) >= 60):.0%}, {max(widest):.2f} m")

    if minutes:
        print(f"\nOne long run of {minutes} minutes, cart kicked by 0.8 m/s every 2 to 4 s, delay 1\n")
        lasted, widest = cart_pole_robot(policies["policy"], 1, ("kick", 0.8), 1, minutes * 60)
        print(f"lasted {lasted[0]:.0f} s, widest distance from the middle {widest[0]:.2f} m")


# --- pendulum ------------------------------------------------------------------------------------

def pendulum_gymnasium(policy, episodes):
    env = gymnasium.make("Pendulum-v1")
    returns = []
    for episode in range(episodes):
        begin(policy)
        obs, _ = env.reset(seed=episode)
        total = 0.0
        for _ in range(200):
            obs, reward, *_ = env.step(np.array([policy(obs)], np.float32))
            total += reward
        returns.append(total)
    return returns


def pendulum_robot(policy, episodes, delay, hanging, seconds=10):
    """The return as Pendulum-v1 counts it, and the seconds until upright for good."""
    robot = Robot("pendulum", 20)
    returns, settled = [], []
    for episode in range(episodes):
        begin(policy)
        rng = np.random.default_rng(episode)
        if hanging:
            robot.start(np.pi + rng.uniform(-0.05, 0.05), rng.uniform(-0.05, 0.05), delay, rng)
        else:
            robot.start(rng.uniform(-np.pi, np.pi), rng.uniform(-1, 1), delay, rng)
        total, last_away = 0.0, 0
        for step in range(seconds * 20):
            angle, speed = robot.data.qpos[0], robot.data.qvel[0]
            command = float(np.clip(policy((np.cos(angle), np.sin(angle), speed)), -2, 2))
            wrapped = (angle + np.pi) % (2 * np.pi) - np.pi
            total -= wrapped**2 + 0.1 * speed**2 + 0.001 * command**2
            robot.step(command)
            if np.cos(robot.data.qpos[0]) < np.cos(0.2):
                last_away = step + 1
        returns.append(total)
        # Passing by in the last moment does not count: at least the last second has to be upright.
        settled.append(last_away / 20 if last_away <= (seconds - 1) * 20 else np.inf)
    return returns, settled


def pendulum(model, episodes, minutes, only):
    def to_torque(action):
        return 2.0 * float(action[0])

    policies = {
        "policy": Model(model, to_torque),
        "no action": lambda obs: 0.0,
        "random": lambda obs, rng=np.random.default_rng(0): rng.uniform(-2, 2),
    }
    if policies["policy"].has_memory:
        policies["policy without memory"] = Model(model, to_torque, remembers=False)
    print(f"\nPendulum-v1, return of {episodes} episodes (0 would be best)\n")
    print("| | mean | std | min | |\n|---|---|---|---|---|")
    for name, policy in policies.items():
        row(name, pendulum_gymnasium(policy, episodes))

    print(f"\nrobots/pendulum.xml at 20 Hz, return of {episodes} episodes of 10 s, counted as Pendulum-v1 does\n")
    print("| | mean | std | min | upright (within 0.2 rad) and staying so, after at most |\n|---|---|---|---|---|")
    for name, policy in policies.items():
        for hanging in (False, True):
            for delay in (0, 1, 2, "varying") if name == "policy" else (0,):
                returns, settled = pendulum_robot(policy, episodes, delay, hanging)
                done = np.isfinite(settled)
                slowest = f", {np.max(np.array(settled)[done]):.1f} s" if done.any() else ""
                row(f"{name}, start: {'hanging' if hanging else 'anywhere'}, delay: {delay}", returns,
                    f"{done.mean():.0%}{slowest}")

    if minutes:
        returns, settled = pendulum_robot(policies["policy"], 1, 0, True, minutes * 60)
        print(f"\nOne long run of {minutes} minutes from hanging: upright for good after {settled[0]:.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("robot", choices=("cart-pole", "pendulum"))
    parser.add_argument("--model", help="ONNX file, default ../models/<robot>.onnx")
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--minutes", type=int, default=30, help="length of the long run, 0 for none")
    parser.add_argument("--only", default="", help="cart-pole: only pushes with this in their name")
    args = parser.parse_args()
    run = {"cart-pole": cart_pole, "pendulum": pendulum}[args.robot]
    run(args.model or ROOT / "models" / f"{args.robot}.onnx", args.episodes, args.minutes, args.only)
