"""Writes whom the pictures belong to that the network was trained on.

    python3 credits.py --photographs DIR > ../default/CREDITS.md
"""
import argparse
import json
from pathlib import Path

from photographs import SHARE_ALIKE

HEAD = """# Pictures that the default network was trained on

No picture is in the network's file; these are thanks, and what the licences ask for. Every picture was changed before
training: cut out, made small, darkened, blurred, compressed. Licences:
[CC BY 2.0](https://creativecommons.org/licenses/by/2.0/), [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).
Annotations: COCO 2017, © COCO Consortium, CC BY 4.0; Open Images, © Google LLC, CC BY 4.0. Boxes of the Intel clips
are those of two detectors. Where a COCO table names no author, the page of the photograph does. Open Images names
author and title of each id in its image table; they are still to be copied from there.

This file is made by `models/training/credits.py`.
"""


def line(picture: dict) -> str:
    page = picture["page"] or "[image table](https://storage.googleapis.com/openimages/web/download_v7.html)"
    return f"| {picture['dataset_id']} | {picture['author']} | {picture['licence']} | {page} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=Path, required=True)
    found = json.loads((parser.parse_args().photographs / "labels.json").read_text())
    used = [
        one for one in found["pictures"] if one["split"] == "train" and not one["licence"].startswith(SHARE_ALIKE)
    ]
    print(HEAD)
    for dataset in sorted({one["dataset"] for one in used}):
        own = [one for one in used if one["dataset"] == dataset]
        print(f"## {dataset}: {len(own)} pictures\n\n| picture | author | licence | page |\n|---|---|---|---|")
        print("\n".join(sorted({line(one) for one in own})) + "\n")


if __name__ == "__main__":
    main()
