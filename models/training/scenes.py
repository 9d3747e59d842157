"""Patches of filmed scenes: bodies by the script's truth, proposals of the background model by what they lie on.

    film.mp4 -ffmpeg, as the gateway decodes-> I420 640 x 360      film.json -> bodies, proposals, blobs

A proposal takes the name of the body (or of the stall, all things of one act together) that it fits; one that lies
on nothing is background: a shadow, a light, a reflection, the ghost of something that left. What is between is
left out, as people would not agree on it either.
"""
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patches import Box, Planes
from photographs import BACKGROUND, CLASSES, area, overlap

WIDTH, HEIGHT = 640, 360
LUMA, CHROMA = WIDTH * HEIGHT, WIDTH * HEIGHT // 4
# Everything else is a thing; a tricycle with goods on it as well.
LABELS = {"person": 0, "bicycle": 1, "scooter": 1, "car": 2, "van": 2, "tricycle": 2}
THING = CLASSES.index("thing")
FITS, CLEARLY = 0.45, 0.1
INSIDE, INSIDE_PART, NOTHING = 0.8, 0.3, 0.06
SIDE_MIN = 12
# A body of which nearer ones hide more than this has no look of its own.
HIDDEN_MAX = 0.4
# Luma steps by which a pixel differs, and the share of a body's box that has to.
DIFFERENT, STANDS_OUT = 10, 0.25
# Most patches of one body, of proposals of one class, and of nothing, that a film gives.
KEPT = {"body": 9, "proposals": 70, "blobs": 60, "nothing": 70}


@dataclass(frozen=True)
class Body:
    """Somebody or something of a frame; box in frame pixels. `act` is -1 where it belongs to none."""

    label: int
    actor: int
    act: int
    box: Box


@dataclass(frozen=True)
class Cut:
    """A box to be cut out of a frame. `source`: body, region, blob, beside or empty."""

    frame: int
    box: Box
    label: int
    source: str


def frames_of(film: Path) -> list[Planes]:
    """Every frame of a film, decoded and stretched as the gateway does."""
    scale = f"scale={WIDTH}:{HEIGHT}:flags=area,format=yuv420p"
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(film), "-vf", scale, "-f", "rawvideo", "-"]
    raw = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.uint8)
    return [planes_of(one) for one in raw.reshape(-1, LUMA + 2 * CHROMA)]


def planes_of(raw: np.ndarray) -> Planes:
    half = (HEIGHT // 2, WIDTH // 2)
    u, v = raw[LUMA : LUMA + CHROMA].reshape(half), raw[LUMA + CHROMA :].reshape(half)
    return Planes(raw[:LUMA].reshape(HEIGHT, WIDTH), u, v)


def bodies_of(frame: dict) -> list[Body]:
    """Far to near."""
    return [
        Body(LABELS.get(kind, THING), actor, act, in_pixels(box)) for kind, actor, act, *box in frame["seen"]
    ]


def in_pixels(box: list[float]) -> Box:
    left, top, right, bottom = box
    return (left * WIDTH, top * HEIGHT, right * WIDTH, bottom * HEIGHT)


def stalls_of(bodies: list[Body]) -> list[Body]:
    """The things of one act together."""
    acts = sorted({body.act for body in bodies if body.label == THING and body.act >= 0})
    parts = [[body.box for body in bodies if body.label == THING and body.act == act] for act in acts]
    return [Body(THING, -1, act, around(boxes)) for act, boxes in zip(acts, parts) if len(boxes) > 1]


def around(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def common(a: Box, b: Box) -> float:
    """Pixels that both cover."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def name_of(box: Box, bodies: list[Body]) -> int | None:
    """The class of a proposal, or None where people would disagree."""
    fits = [0.0] * len(CLASSES)
    covered = [0.0] * len(CLASSES)
    part_of = None
    for body in bodies + stalls_of(bodies):
        shared = common(box, body.box)
        fits[body.label] = max(fits[body.label], overlap(box, body.box))
        covered[body.label] = max(covered[body.label], shared / area(box))
        if shared > INSIDE * area(box) and shared > INSIDE_PART * area(body.box):
            part_of = body.label
    if max(covered) < NOTHING:
        return BACKGROUND
    first, second = sorted(fits, reverse=True)[:2]
    best = fits.index(first)
    if first >= FITS and first - second >= CLEARLY:
        return best
    others = [share for label, share in enumerate(covered) if label != part_of]
    return part_of if part_of is not None and max(others) < 0.4 else None


def hidden_share(at: int, bodies: list[Body]) -> float:
    """How much of a body's box the boxes of nearer bodies cover, at least."""
    own = bodies[at].box
    return max((common(own, nearer.box) / area(own) for nearer in bodies[at + 1 :]), default=0.0)


def visible(box: Box) -> bool:
    return max(box[2] - box[0], box[3] - box[1]) >= SIDE_MIN and min(box[2] - box[0], box[3] - box[1]) >= 5


def cuts_of(facts: dict, frames: list[Planes], rng: np.random.Generator) -> list[Cut]:
    """Everything of a film that is worth a patch. Many frames show the same: of each thing chance takes some."""
    cuts: dict[str, list[Cut]] = {}
    for at, frame in enumerate(facts["frames"][: len(frames)]):
        bodies = bodies_of(frame)
        for body in shown_bodies(bodies) + stalls_of(bodies):
            if stands_out(frames[at], frames[0], body.box):
                kind = f"body-{body.actor}-{body.act}-{body.label}"
                cuts.setdefault(kind, []).append(Cut(at, body.box, body.label, "body"))
        for source in ("proposals", "blobs"):
            for one in named(at, frame[source], bodies, source):
                cuts.setdefault(f"{source}-{one.label}", []).append(one)
        cuts.setdefault("nothing", []).extend(nothings(at, bodies, rng))
    return [one for kind in sorted(cuts) for one in some(cuts[kind], KEPT[kind.split("-")[0]], rng)]


def some(cuts: list[Cut], most: int, rng: np.random.Generator) -> list[Cut]:
    if len(cuts) <= most:
        return cuts
    return [cuts[at] for at in sorted(rng.choice(len(cuts), most, replace=False))]


def shown_bodies(bodies: list[Body]) -> list[Body]:
    return [body for at, body in enumerate(bodies) if visible(body.box) and hidden_share(at, bodies) < HIDDEN_MAX]


def stands_out(frame: Planes, empty: Planes, box: Box) -> bool:
    """Whether the place looks other than in the empty street: what stands behind a tree does not."""
    left, top, right, bottom = (int(round(max(0.0, value))) for value in box)
    now, before = (planes.y[top:bottom, left:right].astype(np.int16) for planes in (frame, empty))
    return now.size > 0 and float((np.abs(now - before) > DIFFERENT).mean()) > STANDS_OUT


def named(at: int, boxes: list[list[float]], bodies: list[Body], source: str) -> list[Cut]:
    found = [(in_pixels(box), name_of(in_pixels(box), bodies)) for box in boxes]
    return [Cut(at, box, label, source) for box, label in found if label is not None and visible(box)]


def nothings(at: int, bodies: list[Body], rng: np.random.Generator) -> list[Cut]:
    """A place right below or beside somebody, where shadow and reflection lie, and one anywhere."""
    cuts: list[Cut] = []
    for body in bodies:
        left, top, right, bottom = body.box
        width, height = right - left, bottom - top
        if rng.random() > 0.12 or not visible(body.box):
            continue
        below = (left, bottom, right, bottom + rng.uniform(0.3, 0.9) * height)
        aside = (right, bottom - 0.3 * height, right + rng.uniform(0.5, 1.5) * height, bottom + 0.1 * height)
        cuts.append(Cut(at, below if rng.random() < 0.5 else aside, BACKGROUND, "beside"))
    if rng.random() < 0.4:
        width, height = rng.uniform(12, 110, 2)
        left, top = rng.uniform(0, WIDTH - width), rng.uniform(0.2 * HEIGHT, HEIGHT - height)
        cuts.append(Cut(at, (left, top, left + width, top + height), BACKGROUND, "empty"))
    inside = [one for one in cuts if one.box[3] <= HEIGHT + 8 and one.box[2] <= WIDTH + 8]
    return [one for one in inside if name_of(one.box, bodies) == BACKGROUND]
