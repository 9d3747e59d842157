"""Judges the shipped ONNX file on the validation split: what stands in the card comes from here.

    python3 evaluate.py --crops DIR --model lushao-patches.onnx [--held-out]

`--held-out` judges on the pictures and films that training held out instead: that is what choices are made by. The file is run by scores.ts through the gateway's own library. Prints Markdown: accuracy with its interval, recall and
precision by class and source, the confusion matrix, reliability, and how much is named rightly and wrongly at the
thresholds of the manifest.
"""
import argparse
import json
import math
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from calibration import calibration_error
from photographs import BACKGROUND, CLASSES
from train import JUDGED_TRUST_MIN, held_out


@dataclass(frozen=True)
class Judged:
    """scores N x K; labels N; origins N, names such as coco-human-plain or scene-proposals."""

    scores: np.ndarray
    labels: np.ndarray
    origins: np.ndarray

    def where(self, *words: str) -> "Judged":
        mask = np.array([all(word in origin for word in words) for origin in self.origins])
        return Judged(self.scores[mask], self.labels[mask], self.origins[mask])

    @property
    def chosen(self) -> np.ndarray:
        return self.scores.argmax(axis=1)


def judge(model: Path, crops: Path, split: str) -> Judged:
    parts = [np.load(crops / f"{split}-{name}.npz") for name in ("photographs", "scenes")]
    judged = [judged_of(part, split) for part in parts]
    scores = np.concatenate([scores_of(model, part["patches"][mask]) for part, mask in zip(parts, judged)])
    labels = np.concatenate([part["labels"][mask] for part, mask in zip(parts, judged)])
    origins = [part["origin_names"][part["origins"]][mask] for part, mask in zip(parts, judged)]
    return Judged(scores, labels, np.concatenate(origins))


def judged_of(part: np.lib.npyio.NpzFile, split: str) -> np.ndarray:
    """Of the validation split every patch, of the others those that were held out and surely marked."""
    if split == "val":
        return np.ones(len(part["labels"]), bool)
    return held_out(part["groups"]) & (part["trusts"] >= JUDGED_TRUST_MIN)


def scores_of(model: Path, patches: np.ndarray) -> np.ndarray:
    """Probabilities N x K of uint8 patches, by the library that the gateway runs networks with."""
    with tempfile.TemporaryDirectory() as folder:
        given, answered = Path(folder) / "patches", Path(folder) / "scores"
        given.write_bytes(np.ascontiguousarray(patches).tobytes())
        script = Path(__file__).with_name("scores.ts")
        command = ["npx", "tsx", str(script), "--model", str(model), "--patches", str(given), "--out", str(answered)]
        subprocess.run(command, check=True)
        return np.fromfile(answered, np.float32).reshape(len(patches), len(CLASSES))


def interval_of(judged: Judged) -> str:
    """Wilson's interval of the accuracy, nineteen times in twenty; as if no two boxes were alike."""
    n, z = len(judged.labels), 1.96
    share = float((judged.chosen == judged.labels).mean())
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return f"{middle - half:.3f} to {middle + half:.3f}"


def recalls(judged: Judged) -> list[float | None]:
    found = [judged.chosen[judged.labels == at] == at for at in range(len(CLASSES))]
    return [float(one.mean()) if len(one) else None for one in found]


def precisions(judged: Judged) -> list[float | None]:
    told = [judged.labels[judged.chosen == at] == at for at in range(len(CLASSES))]
    return [float(one.mean()) if len(one) else None for one in told]


def row(name: str, judged: Judged) -> str:
    """One line of the table by source: patches, accuracy, what the commonest class alone would get, mean recall."""
    counts = np.bincount(judged.labels, minlength=len(CLASSES))
    each = [value for value in recalls(judged) if value is not None]
    cells = [name, str(len(judged.labels)), f"{float((judged.chosen == judged.labels).mean()):.3f}"]
    cells += [f"{counts.max() / counts.sum():.3f}", f"{sum(each) / len(each):.3f}"]
    cells += ["–" if value is None else f"{value:.2f} ({count})" for value, count in zip(recalls(judged), counts)]
    return "| " + " | ".join(cells) + " |"


def by_source(judged: Judged) -> list[str]:
    """The tables' rows; every box is judged once a row."""
    views = ("plain", "96px", "48px", "24px", "spoilt")
    rows = [(f"all photographs and clips, {view}", judged.where(view)) for view in views]
    rows += [("people's boxes alone, plain", judged.where("human", "plain"))]
    rows += [("COCO photographs, plain", judged.where("coco", "plain"))]
    rows += [("COCO photographs, spoilt", judged.where("coco", "spoilt"))]
    rows += [("Intel clips, plain", judged.where("intel", "plain")), ("Intel clips, spoilt", judged.where("intel", "spoilt"))]
    rows += [("held out, photographs", judged.where("photograph")), ("held out, impostors", judged.where("impostor"))]
    rows += [("drawn: what occupancy proposes", judged.where("scene-proposals"))]
    rows += [("drawn: what differs for a moment", judged.where("scene-blobs"))]
    rows += [("drawn: bodies by the script", judged.where("scene-body"))]
    rows += [("test street's stories: proposals", judged.where("street-proposals"))]
    rows += [("galleries: bodies", judged.where("gallery-body"))]
    head = ["source", "patches", "accuracy", "commonest class", "mean recall", *(f"recall {name}" for name in CLASSES)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + [row(name, part) for name, part in rows if len(part.labels)]


def confusion(judged: Judged) -> list[str]:
    lines = ["| truth ↓ named → | " + " | ".join(CLASSES) + " | recall |", "|" + "---|" * (len(CLASSES) + 2)]
    for at, name in enumerate(CLASSES):
        named = np.bincount(judged.chosen[judged.labels == at], minlength=len(CLASSES))
        share = f"{named[at] / named.sum():.2f}" if named.sum() else "–"
        lines.append(f"| {name} | " + " | ".join(map(str, named)) + f" | {share} |")
    shares = ["–" if value is None else f"{value:.2f}" for value in precisions(judged)]
    return [*lines, "| precision | " + " | ".join(shares) + " | |"]


def at_thresholds(judged: Judged, thresholds: dict[str, float]) -> str:
    """Of real bodies: named rightly, wrongly, not at all. Of nothings: given a name."""
    best = judged.scores.max(axis=1)
    least = np.array([thresholds[name] for name in CLASSES])[judged.chosen]
    told = (best >= least) & (judged.chosen != BACKGROUND)
    real = judged.labels != BACKGROUND
    right = told & (judged.chosen == judged.labels)
    if not real.any():
        return f"nothings given a name {told.mean():.3f}"
    wrong = told & real & ~right
    lines = f"named rightly {right[real].mean():.3f}, wrongly {wrong[real].mean():.3f}, not {1 - told[real].mean():.3f}"
    nothings = f"; nothings given a name {told[~real].mean():.3f}" if (~real).any() else ""
    return lines + nothings


def reliability(judged: Judged) -> float:
    return calibration_error(torch.from_numpy(judged.scores), torch.from_numpy(judged.labels), torch.ones(len(judged.labels)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--crops", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--held-out", action="store_true", help="judge by what training held out")
    flags = parser.parse_args()
    judged = judge(flags.model, flags.crops, "train" if flags.held_out else "val")
    thresholds = json.loads(flags.model.with_suffix(".json").read_text())["thresholds"]
    by_class = {name: thresholds["byClass"].get(name, thresholds["score"]) for name in CLASSES}
    print("\n".join(by_source(judged)))
    for name, part in (
        ("photographs and clips, plain", judged.where("plain")),
        ("photographs and clips, spoilt", judged.where("spoilt")),
        ("held out, photographs", judged.where("photograph")),
        ("drawn, proposals", judged.where("scene-proposals")),
        ("galleries, bodies", judged.where("gallery-body")),
    ):
        if not len(part.labels):
            continue
        print(f"\n{name}\n\n" + "\n".join(confusion(part)))
        print(f"\naccuracy {interval_of(part)}; expected calibration error {reliability(part):.3f}")
        print(at_thresholds(part, by_class))


if __name__ == "__main__":
    main()
