"""Patches of photographs, spoilt as a street camera spoils them.

    picture -jitter-> region -shrink to 14..160 px-> light, colour, noise, blur -JPEG 4:2:0-> I420 -cut-> patch

Pictures under a share-alike licence are left out of training; see the card for what that costs. Boxes that mine-boxes.ts
found join those of labels.json where nothing is marked yet, and take the word from places that were called empty.
"""
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from impostors import Impostor, impose
from patches import Box, cut, to_planes

CLASSES = ["person", "two-wheeler", "vehicle", "thing", "background"]
BACKGROUND = CLASSES.index("background")
FOLDED = {"goods": "thing", "furniture-or-cart": "thing", "umbrella-or-canopy": "thing"}
SHARE_ALIKE = "CC BY-SA"
# What the mining networks' names are here, as labels.json folds them; other names teach nothing.
MINED_NAMES = {
    "person": "person",
    "two-wheeler": "bicycle, motorcycle",
    "vehicle": "car, bus, truck",
    "thing": "backpack, umbrella, handbag, suitcase, bottle, wine glass, cup, bowl, banana, apple, sandwich, orange,"
    " broccoli, carrot, hot dog, pizza, donut, cake, vase, teddy bear, book, chair, bench, couch, dining table",
    "background": "boat, traffic light, fire hydrant, stop sign, parking meter, bird, cat, dog, horse, sheep, cow, kite,"
    " potted plant, bed, tv, refrigerator, clock, toilet, sink, oven, microwave",
}
MINED_LABELS = {label: CLASSES.index(name) for name, labels in MINED_NAMES.items() for label in labels.split(", ")}
# A found box that overlaps a marked one more than this is that one, or contradicts it.
MINED_APART = 0.35
MINED_SHORT_MIN, MINED_LONG_MIN, MINED_SHARE_MAX = 12, 20, 0.9
# Frame pixels of the longer side; proposals of a street camera measure that much.
SIDE_MIN, SIDE_MAX = 14, 160
# Region cut out around the square, as a share of its side: blur and JPEG need what lies around.
MARGIN = 0.3


@dataclass(frozen=True)
class Sample:
    """A labelled box of a picture; box in pixels of the picture. `group`: the picture, or the clip it is of."""

    picture: str
    box: Box
    label: int
    by_people: bool
    dataset: str
    group: str
    empty: bool = False
    mined: bool = False


def read_samples(folder: Path, split: str, share_alike: bool, mined: dict | None = None) -> list[Sample]:
    """Boxes of one split, in the order of the file; after those of a picture what was mined in it."""
    found = json.loads((folder / "labels.json").read_text())
    samples: list[Sample] = []
    for picture in found["pictures"]:
        if picture["split"] != split or (not share_alike and picture["licence"].startswith(SHARE_ALIKE)):
            continue
        marked = [sample_of(picture, box) for box in picture["boxes"]]
        samples += joined(marked, mined_of(picture, mined or {}))
    return [one for one in samples if split == "val" or not ridden(one, samples)]


def mined_of(picture: dict, mined: dict) -> list[Sample]:
    """What the bigger networks found in a picture, of a size and name that teaches."""
    width, height = picture["width"], picture["height"]
    samples: list[Sample] = []
    for seen in mined.get(picture["file"], []):
        box = tuple(value * scale for value, scale in zip(seen["box"], (width, height) * 2))
        short, long = sorted((box[2] - box[0], box[3] - box[1]))
        fits = short >= MINED_SHORT_MIN and long >= MINED_LONG_MIN and area(box) < MINED_SHARE_MAX * width * height
        if fits and seen["label"] in MINED_LABELS:
            label, group = MINED_LABELS[seen["label"]], group_of(picture)
            samples.append(Sample(picture["file"], box, label, False, picture["dataset"], group, mined=True))
    return samples


def joined(marked: list[Sample], found: list[Sample]) -> list[Sample]:
    """Marked boxes but for empty places in which something was found, and what was found where nothing is marked."""
    bodies = [one for one in marked if not one.empty]
    kept = [one for one in marked if not one.empty or all(overlap(one.box, other.box) < MINED_APART for other in found)]
    return kept + [one for one in found if all(overlap(one.box, other.box) < MINED_APART for other in bodies)]


def group_of(picture: dict) -> str:
    """The picture, or the clip that it is of."""
    return picture["source"] if picture["dataset"].startswith("Intel") else picture["file"]


def sample_of(picture: dict, box: dict) -> Sample:
    width, height = picture["width"], picture["height"]
    left, top = box["x"] * width, box["y"] * height
    corners = (left, top, left + box["w"] * width, top + box["h"] * height)
    label = CLASSES.index(FOLDED.get(box["class"], box["class"]))
    by_people = box["by"] == "human"
    empty = box["label"] == "empty"
    return Sample(picture["file"], corners, label, by_people, picture["dataset"], group_of(picture), empty)


def ridden(one: Sample, samples: list[Sample]) -> bool:
    """A rider whose box is nearly that of the bicycle would teach both names for one picture."""
    if one.label != 0:
        return False
    wheels = (other for other in samples if other.picture == one.picture and other.label == 1)
    return any(overlap(one.box, other.box) > 0.45 for other in wheels)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    common = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return common / (area(a) + area(b) - common) if common > 0 else 0.0


def area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def spoilt_patch(picture: np.ndarray, box: Box, rng: np.random.Generator, impostor: Impostor | None) -> np.ndarray:
    """One patch (uint8 3 x 48 x 48) of a box, jittered and spoilt."""
    box = jittered(box, rng)
    longer = max(box[2] - box[0], box[3] - box[1])
    side = min(longer, math.exp(rng.uniform(math.log(SIDE_MIN), math.log(SIDE_MAX))))
    # Half of the cameras film finer than the gateway looks: their JPEG comes before the shrinking.
    finer = 2 if rng.random() < 0.5 and side * 2 <= longer * 1.2 else 1
    region, inner = taken(picture, box, side * finer)
    if impostor is not None:
        region = impose(region, inner, impostor, rng)
    region = lit(region, rng)
    region = sensed(region, rng)
    return cut_region(region, inner, finer)


def plain_patch(picture: np.ndarray, box: Box, side: float | None = None) -> np.ndarray:
    """The patch as it is; with `side`, shrunk first so that its longer side has so many pixels."""
    longer = max(box[2] - box[0], box[3] - box[1])
    region, inner = taken(picture, box, min(longer, side or longer))
    return cut_region(region, inner, 1)


def cut_region(region: np.ndarray, inner: Box, finer: int) -> np.ndarray:
    """Shrinks what a finer camera saw, and cuts."""
    if finer > 1:
        height, width = (2 * round(edge / finer / 2) for edge in region.shape[:2])
        scale = (width / region.shape[1], height / region.shape[0])
        region = np.asarray(Image.fromarray(region).resize((width, height), Image.Resampling.BOX))
        inner = (inner[0] * scale[0], inner[1] * scale[1], inner[2] * scale[0], inner[3] * scale[1])
    return cut(to_planes(region), inner)


def jittered(box: Box, rng: np.random.Generator) -> Box:
    """Up to 15 % aside and larger or smaller; one in six lacks a part."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    moved = rng.uniform(-0.15, 0.15, 4)
    left, right = left + moved[0] * width, right + moved[1] * width
    top, bottom = top + moved[2] * height, bottom + moved[3] * height
    if rng.random() < 1 / 6:
        lost = rng.uniform(0.15, 0.4)
        where = rng.integers(4)
        if where == 0:
            left += lost * width
        elif where == 1:
            right -= lost * width
        elif where == 2:
            top += lost * height
        else:
            bottom -= lost * height
    return (left, top, right, bottom)


def taken(picture: np.ndarray, box: Box, side: float) -> tuple[np.ndarray, Box]:
    """The square around a box with its margin, the box's longer side `side` pixels; and where the box lies."""
    longer = max(box[2] - box[0], box[3] - box[1])
    scale = side / longer
    half = longer * 1.15 / 2 * (1 + 2 * MARGIN)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    size = max(8, 2 * round(half * scale))
    corner_x, corner_y = x - half, y - half
    pixels = edged(picture, (corner_x, corner_y, x + half, y + half))
    resample = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    region = np.asarray(pixels.resize((size, size), resample))
    ratio = size / (2 * half)
    inner = tuple((value - corner) * ratio for value, corner in zip(box, (corner_x, corner_y) * 2))
    return region, inner  # type: ignore[return-value]


def edged(picture: np.ndarray, square: Box) -> Image.Image:
    """A part of the picture; outside, its edge repeats."""
    left, top, right, bottom = (round(value) for value in square)
    rows = np.clip(np.arange(top, max(top + 2, bottom)), 0, picture.shape[0] - 1)
    columns = np.clip(np.arange(left, max(left + 2, right)), 0, picture.shape[1] - 1)
    return Image.fromarray(picture[rows[:, None], columns])


def lit(region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Other light: exposure, gamma, cast, saturation; one in five is night, one in eight grey."""
    x = region.astype(np.float32) / 255
    night = rng.random() < 0.2
    gamma = rng.uniform(1.1, 1.7) if night else rng.uniform(0.7, 1.4)
    gain = rng.uniform(0.4, 0.85) if night else rng.uniform(0.75, 1.25)
    cast = rng.normal(1, 0.10 if night else 0.05, 3).astype(np.float32)
    grey = x.mean(axis=2, keepdims=True)
    colour = 0.0 if rng.random() < 1 / 8 else rng.uniform(0.5, 1.3)
    x = grey + (x - grey) * colour
    contrast = rng.uniform(0.65, 1.15)
    x = (np.clip(x, 0, 1) ** gamma * gain * cast - 0.4) * contrast + 0.4 * rng.uniform(0.8, 1.1)
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


def sensed(region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lens, chip and coder: blur, noise, blocks of a random grid with halved chroma."""
    picture = Image.fromarray(region)
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.1)))
    x = np.asarray(picture).astype(np.float32)
    x = x + rng.normal(0, rng.uniform(0, 7), x.shape[:2] + (1,)) + rng.normal(0, rng.uniform(0, 2.5), x.shape)
    x = np.clip(x, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        return x
    # The coder's blocks begin anywhere.
    down, right = rng.integers(0, 8, 2)
    x = np.pad(x, ((down, 0), (right, 0), (0, 0)), mode="edge")
    buffer = io.BytesIO()
    Image.fromarray(x).save(buffer, "JPEG", quality=int(rng.integers(22, 92)), subsampling=2)
    return np.asarray(Image.open(buffer).convert("RGB"))[down:, right:]
