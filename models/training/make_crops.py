"""Makes the patches that the network learns from and is judged by; everything from one seed.

    python3 make_crops.py --photographs DIR [--mined FILE] --scenes DIR --out DIR [--share-alike]

Writes train-*.npz and val-*.npz, a pair for photographs and one for scenes: `patches` uint8 N x 3 x 48 x 48, `labels`,
`origins` (where a patch comes from: an index into `origin_names`), `groups` (a number per picture, clip or film),
`trusts` (0..1, how sure the label is).
"""
import argparse
import json
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

import impostors
from patches import Box, cut
from photographs import BACKGROUND, CLASSES, Sample, plain_patch, read_samples, spoilt_patch
from scenes import cuts_of, frames_of

SEED = 22
VAL_SEED = 21
# Spoilt copies of a box, so that a thin class is seen as often as a thick one.
COPIES = {"person": 9, "two-wheeler": 36, "vehicle": 80, "thing": 12, "background": 3}
IMPOSED_SHARE = 0.45
# Sides in frame pixels at which a validation box is judged as a street camera would show it.
VAL_SIDES = (24.0, 48.0, 96.0)
# As in export-scenes.ts.
GALLERIES_FROM = 48
DETECTOR_TRUST, MINED_TRUST = 0.8, 0.6


class Store:
    """Patches with what is known of each."""

    def __init__(self) -> None:
        self.patches: list[np.ndarray] = []
        self.labels: list[int] = []
        self.origins: list[str] = []
        self.groups: list[int] = []
        self.trusts: list[float] = []

    def add(self, patch: np.ndarray, label: int, origin: str, group: str, trust: float = 1.0) -> None:
        self.patches.append(patch)
        self.labels.append(label)
        self.origins.append(origin)
        self.groups.append(zlib.crc32(group.encode()))
        self.trusts.append(trust)

    def save(self, file: Path) -> None:
        names = sorted(set(self.origins))
        np.savez(
            file,
            patches=np.stack(self.patches),
            labels=np.array(self.labels, np.int64),
            origins=np.array([names.index(name) for name in self.origins], np.int64),
            origin_names=np.array(names),
            groups=np.array(self.groups, np.int64),
            trusts=np.array(self.trusts, np.float32),
        )
        counts = {name: sum(label == at for label in self.labels) for at, name in enumerate(CLASSES)}
        print(file.name, len(self.labels), counts)


class Album:
    """Opened pictures, the last ones kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name, self.pixels = "", np.zeros((0, 0, 3), np.uint8)

    def open(self, name: str) -> np.ndarray:
        if name != self.name:
            self.pixels = np.asarray(Image.open(self.folder / name).convert("RGB"))
            self.name = name
        return self.pixels


def train_photographs(folder: Path, share_alike: bool, mined: dict) -> Store:
    store = Store()
    rng = np.random.default_rng(SEED)
    album = Album(folder)
    samples = read_samples(folder, "train", share_alike, mined)
    bodies = [plain_body(album.open(one.picture), one) for one in samples if one.label in (0, 1, 2)]
    for one in samples:
        for _ in range(copies_of(one)):
            imposed = one.empty and rng.random() < IMPOSED_SHARE
            impostor = impostors.drawn(rng, bodies[rng.integers(len(bodies))]) if imposed else None
            patch = spoilt_patch(album.open(one.picture), one.box, rng, impostor)
            origin = "impostor" if imposed else "mined" if one.mined else "photograph"
            store.add(patch, one.label, origin, one.group, trust_of(one))
    return store


def copies_of(one: Sample) -> int:
    """What is marked as no body of the street, a bird or a sign, is as rare as a thing."""
    return COPIES["thing" if one.label == BACKGROUND and not one.empty else CLASSES[one.label]]


def trust_of(one: Sample) -> float:
    if one.mined:
        return MINED_TRUST
    return 1.0 if one.by_people or one.empty else DETECTOR_TRUST


def plain_body(picture: np.ndarray, one: Sample) -> np.ndarray:
    """A body's own pixels, RGB uint8 64 x 64: what may mirror itself in the wet."""
    left, top, right, bottom = (max(0, round(value)) for value in one.box)
    part = Image.fromarray(picture[top : max(top + 2, bottom), left : max(left + 2, right)])
    return np.asarray(part.resize((64, 64), Image.Resampling.BOX))


def scene_store(folder: Path, move: float) -> Store:
    """Each chosen box of each film, moved by chance up to `move` of its size."""
    store = Store()
    for file in sorted(set(folder.glob("*.json")) - set(folder.glob("*.truth.json"))):
        facts = json.loads(file.read_text())
        rng = np.random.default_rng(facts["seed"])
        frames = frames_of(file.with_suffix(".mp4"))
        for one in cuts_of(facts, frames, rng):
            patch = cut(frames[one.frame], moved(one.box, move, rng))
            store.add(patch, one.label, f"{sort_of(facts)}-{one.source}", file.stem)
    return store


def sort_of(facts: dict) -> str:
    """A gallery, a story of the test street, or one of the first films (export-scenes.ts)."""
    if facts["scene"] == "gallery":
        return "gallery"
    return "street" if facts["seed"] % 1000 >= GALLERIES_FROM else "scene"


def moved(box: Box, share: float, rng: np.random.Generator) -> Box:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    by = rng.uniform(-share, share, 4) * (width, height, width, height)
    return (left + by[0], top + by[1], right + by[2], bottom + by[3])


def val_photographs(folder: Path) -> Store:
    """Every box as it is, shrunk to three sizes of a street camera, and spoilt."""
    store = Store()
    rng = np.random.default_rng(VAL_SEED)
    album = Album(folder)
    for one in read_samples(folder, "val", share_alike=True):
        picture = album.open(one.picture)
        group = "intel" if one.dataset.startswith("Intel") else "coco"
        by = "human" if one.by_people else "empty" if one.label == BACKGROUND else "detector"
        store.add(plain_patch(picture, one.box), one.label, f"{group}-{by}-plain", one.group)
        for side in VAL_SIDES:
            store.add(plain_patch(picture, one.box, side), one.label, f"{group}-{by}-{side:.0f}px", one.group)
        store.add(spoilt_patch(picture, one.box, rng, None), one.label, f"{group}-{by}-spoilt", one.group)
    return store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=Path, help="folder with labels.json")
    parser.add_argument("--mined", type=Path, help="what mine-boxes.ts found in the training pictures")
    parser.add_argument("--scenes", type=Path, help="folder that export-scenes.ts wrote train/ and val/ into")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--share-alike", action="store_true", help="also learn from CC BY-SA pictures")
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    if flags.photographs:
        mined = json.loads(flags.mined.read_text()) if flags.mined else {}
        made = val_photographs(flags.photographs), train_photographs(flags.photographs, flags.share_alike, mined)
        save(made, flags.out, "photographs")
    if flags.scenes:
        save((scene_store(flags.scenes / "val", 0.0), scene_store(flags.scenes / "train", 0.1)), flags.out, "scenes")


def save(made: tuple[Store, Store], out: Path, name: str) -> None:
    val, train = made
    val.save(out / f"val-{name}.npz")
    train.save(out / f"train-{name}.npz")


if __name__ == "__main__":
    main()
