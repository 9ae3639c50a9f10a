"""Pictures of brackets on a conveyor, seen from above, some of them faulty. All drawn with numpy.

    python inspection.py      writes the pictures of ../models/images

A bracket is a painted plate with four holes through which the belt is seen. It lies anywhere near
the middle, turned by any angle, under a lamp whose brightness, colour and direction vary. Dust and
a seam of the belt are there as well and are no fault. A picture shows one fault at most.
"""

import json
import struct
import zlib
from pathlib import Path

import numpy as np

CLASSES = ("ok", "scratch", "missing-hole", "wrong-color")
SIZE = 96  # pixels
# What the network gets is (rgb / 255 - MEAN) / STD.
MEAN, STD = 0.5, 0.25
PAINT = np.array((0.22, 0.42, 0.66))  # the right one, of 0..1


def normalize(pictures):
    """uint8 [n, SIZE, SIZE, 3] -> float32 [n, 3, SIZE, SIZE]."""
    scaled = pictures.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    return (scaled - np.float32(MEAN)) / np.float32(STD)


def over(picture, color, cover):
    """Paints `color` where `cover` is 1, and mixes in between."""
    return picture + cover[..., None] * (color - picture)


def edge(distance):
    """How much of a pixel is covered, by its distance from an edge in pixels, negative inside."""
    return np.clip(0.5 - distance, 0, 1)


def line(x, y, start, end, bend, width):
    """Cover of a slightly bent line."""
    along = np.subtract(end, start)
    length = np.hypot(*along)
    along = along / length
    t = (x - start[0]) * along[0] + (y - start[1]) * along[1]
    t_on_line = np.clip(t, 0, length)
    offset = bend * np.sin(np.pi * t_on_line / length)
    across = (y - start[1]) * along[0] - (x - start[0]) * along[1] - offset
    return edge(np.hypot(across, t - t_on_line) - width / 2)


def other_paint(rng):
    """A colour that can be told from the right one."""
    while True:
        color = rng.uniform(0.12, 0.75, 3)
        # Brightness varies with the lamp, so the shares of the colours have to differ.
        if np.abs(color / color.sum() - PAINT / PAINT.sum()).sum() > 0.2:
            return color


def draw(label, rng, *, light=(0.7, 1.2), noise=(0.0, 0.02), tint=0.05):
    """One picture, uint8 [SIZE, SIZE, 3]. `light`, `noise` and `tint` say how much the camera's view varies."""
    rows, columns = np.mgrid[:SIZE, :SIZE].astype(float)
    # The belt: dark, ribbed, with a seam now and then.
    picture = np.full((SIZE, SIZE, 3), rng.uniform(0.12, 0.24))
    picture += 0.012 * np.sin(columns * 2 * np.pi / rng.uniform(5, 9) + rng.uniform(0, 6))[..., None]
    if rng.random() < 0.3:
        picture = over(picture, rng.uniform(0.05, 0.4), edge(np.abs(columns - rng.uniform(0, SIZE)) - 0.8))

    # The plate in coordinates of its own, in pixels from its middle.
    angle, center = rng.uniform(0, 2 * np.pi), SIZE / 2 + rng.uniform(-7, 7, 2)
    dx, dy = columns - center[0], rows - center[1]
    x, y = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    half, corner = np.array((30.0, 19.0)) * rng.uniform(0.94, 1.06), 5.0

    def plate(x, y):
        qx, qy = np.abs(x) - half[0] + corner, np.abs(y) - half[1] + corner
        return np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - corner

    belt = picture
    picture = picture * (1 - 0.5 * np.clip(0.5 - plate(x - 1.5, y - 2.0) / 3, 0, 1))[..., None]  # shadow
    paint = other_paint(rng) if label == "wrong-color" else PAINT
    paint = paint + rng.normal(0, 0.012, 3)
    surface = paint * (1 + 0.02 * np.sin(x * 0.4 + rng.uniform(0, 6)))[..., None]

    if label == "scratch":
        middle, direction = rng.uniform(-0.6, 0.6, 2) * half, rng.uniform(0, np.pi)
        reach = rng.uniform(5, 16) * np.array((np.cos(direction), np.sin(direction)))
        contrast = rng.choice((-0.8, 1.0)) * rng.uniform(0.1, 0.35)
        mark = line(x, y, middle - reach, middle + reach, rng.uniform(-2.5, 2.5), rng.uniform(0.9, 1.8))
        surface = over(surface, np.clip(paint + contrast, 0.02, 1), mark)
    for _ in range(rng.poisson(2)):  # dust
        spot = rng.uniform(-1, 1, 2) * half
        speck = edge(np.hypot(x - spot[0], y - spot[1]) - rng.uniform(0.3, 1.0))
        surface = over(surface, rng.uniform(0.4, 0.8), 0.7 * speck)
    missing = rng.integers(4) if label == "missing-hole" else -1
    for i, (sx, sy) in enumerate(((-1, -1), (1, -1), (-1, 1), (1, 1))):
        if i == missing:
            continue
        away = np.hypot(x - sx * (half[0] - 8), y - sy * (half[1] - 7)) - 3.6
        surface = over(surface, paint * 0.7, edge(away - 0.8))  # countersunk
        surface = over(surface, belt * 0.6, edge(away))
    picture = over(picture, surface, edge(plate(x, y)))

    # The lamp, then the camera: it moves a little, its pixels differ, and it rounds.
    side = rng.uniform(0, 2 * np.pi)
    slope = rng.uniform(0, 0.25) * ((columns - SIZE / 2) * np.cos(side) + (rows - SIZE / 2) * np.sin(side)) / SIZE
    picture = picture * (rng.uniform(*light) * (1 + slope))[..., None] * (1 + rng.uniform(-tint, tint, 3))
    blur = rng.uniform(0, 0.3)
    for axis in (0, 1):
        picture = (1 - blur) * picture + blur / 2 * (np.roll(picture, 1, axis) + np.roll(picture, -1, axis))
    picture = picture + rng.normal(0, 1, picture.shape) * rng.uniform(*noise)
    return np.clip(np.rint(255 * picture), 0, 255).astype(np.uint8)


def pictures(n, seed, **camera):
    """n pictures uint8 [n, SIZE, SIZE, 3] and the indices of their classes [n], as many of each class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % len(CLASSES)
    return np.stack([draw(CLASSES[label], rng, **camera) for label in labels]), labels


def write_png(path, picture):
    """8 bit RGB; each row as differences from the one above (filter 2), which packs better."""
    height, width, _ = picture.shape
    differences = np.diff(picture, axis=0, prepend=np.zeros((1, width, 3), np.uint8))
    rows = np.concatenate((np.full((height, 1), 2, np.uint8), differences.reshape(height, -1)), axis=1)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    Path(path).write_bytes(b"\x89PNG\r\n\x1a\n"
                           + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                           + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + chunk(b"IEND", b""))


def read_png(path):
    """What write_png wrote."""
    data, place, packed = Path(path).read_bytes(), 8, b""
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place:place + 8])
        body = data[place + 8:place + 8 + length]
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        elif kind == b"IDAT":
            packed += body
        place += length + 12
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + 3 * width)
    return np.cumsum(rows[:, 1:].reshape(height, width, 3), axis=0, dtype=np.uint8)  # it wraps, as it has to


def write_samples(folder, seed=2_000_000):
    """Two pictures of each class, the first ones that come: nothing is picked out."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Noise does not pack, and these are to be small files: a good camera.
    samples, labels = pictures(2 * len(CLASSES), seed, noise=(0.0, 0.0015))
    names = {}
    for i, (picture, label) in enumerate(zip(samples, labels, strict=True)):
        name = f"{CLASSES[label]}-{i // len(CLASSES) + 1}.png"
        write_png(folder / name, picture)
        names[name] = CLASSES[label]
        print(f"{name}  {(folder / name).stat().st_size} bytes")
    (folder / "labels.json").write_text(json.dumps(names, indent="\t") + "\n")


if __name__ == "__main__":
    write_samples(Path(__file__).parent.parent / "models" / "images")
