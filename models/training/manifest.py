"""Writes the manifest beside the network: models/manifest.ts reads it.

    python3 manifest.py --model lushao-patches.onnx --calibration calibration.json
"""
import argparse
import hashlib
import json
import re
from pathlib import Path

from patches import PATCH
from photographs import BACKGROUND, CLASSES


# Nine of ten patches are named rightly from 0.82 on, and a bicycle that stands is asked about a hundred times: heard from
# 0.5 on it is known more often, and nothing else became one (card.md, "How it was trained").
IN_USE = {"two-wheeler": 0.5}


def manifest_of(model: bytes, calibration: dict) -> dict:
    thresholds = calibration["thresholds"]
    measured = {name: value for at, (name, value) in enumerate(thresholds.items()) if at != BACKGROUND}
    return {
        "name": "lushao-patches",
        "family": "patches",
        "sha256": hashlib.sha256(model).hexdigest(),
        "licence": "Apache-2.0",
        "origin": "Lushao's own: trained on openly licensed photographs (CREDITS.md) and drawn scenes; see card.md",
        "input": {"name": "patches", "width": PATCH, "height": PATCH, "fit": "stretch", "channels": "rgb"},
        "outputs": {"scores": "scores"},
        "classes": CLASSES,
        "roles": {
            "person": ["person"],
            "vehicle": ["vehicle"],
            "two-wheeler": ["two-wheeler"],
            "goods": ["thing"],
        },
        "thresholds": {"score": max(measured.values()), "byClass": measured | IN_USE},
        "nms": {"iouMax": 0.6},
    }


def pretty(manifest: dict) -> str:
    """As the project's formatter has it: lists of words on one line."""
    text = json.dumps(manifest, indent=2)
    return re.sub(r"\[\s+([^]]*?)\s+\]", lambda found: "[" + re.sub(r"\s+", " ", found[1]) + "]", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--calibration", type=Path, required=True)
    flags = parser.parse_args()
    manifest = manifest_of(flags.model.read_bytes(), json.loads(flags.calibration.read_text()))
    flags.model.with_suffix(".json").write_text(pretty(manifest) + "\n")


if __name__ == "__main__":
    main()
