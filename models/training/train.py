"""Trains the network on the patches of make_crops.py, calibrates it, and writes ONNX.

    python3 train.py --crops DIR --out DIR [--steps N] [--from lushao-patches.onnx]

One picture, clip or film in eight is held out: it gives the temperature and the thresholds, and choices were made by
it. The validation split has no part in any of this. `--from` goes on from a shipped file instead of from nothing; the
same pictures were held out when it was made.
"""
import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from calibration import calibrate
from network import Network, export
from photographs import CLASSES
from revive import revived

SEED = 20
# Of eight parts the one whose classes are most like the whole.
HELD_OUT_EVERY, HELD_OUT_PART = 8, 4
# How much of a second patch shines through (Beta distribution), and in what share of the batches.
MIX_ALPHA, MIX_SHARE = 0.3, 0.5
BATCH = 128
# From nothing, and from a shipped file.
RATE_MAX, RATE_MAX_ON = 3e-3, 1.5e-3
# Patches that show a revived network what its layers see.
SHOWN = 512
# What only networks marked may teach, but nobody is judged by it.
JUDGED_TRUST_MIN = 0.7
DECAY = 0.03
SMOOTHING = 0.05
EMA = 0.998
THREADS = 1
# How often a batch shows each class, and how much of each class is photographs.
CLASS_SHARES = {"person": 0.22, "two-wheeler": 0.14, "vehicle": 0.15, "thing": 0.19, "background": 0.3}
PHOTOGRAPH_SHARE = 0.62


@dataclass(frozen=True)
class Crops:
    """patches uint8 N x 3 x 48 x 48; labels, groups N; trusts N; scene: whether drawn."""

    patches: Tensor
    labels: Tensor
    groups: Tensor
    trusts: Tensor
    scene: Tensor

    def part(self, mask: Tensor) -> "Crops":
        return Crops(*(field[mask] for field in (self.patches, self.labels, self.groups, self.trusts, self.scene)))


def read(folder: Path, split: str) -> Crops:
    parts = [np.load(folder / f"{split}-{name}.npz") for name in ("photographs", "scenes")]
    joined = [torch.from_numpy(np.concatenate([part[key] for part in parts])) for key in ("patches", "labels", "groups", "trusts")]
    scene = torch.cat([torch.full((len(part["labels"]),), bool(at)) for at, part in enumerate(parts)])
    return Crops(*joined, scene)


def held_out(groups):
    """Which patches (of a tensor or an array of groups) take no part in learning."""
    return groups % HELD_OUT_EVERY == HELD_OUT_PART


def odds_of(crops: Crops) -> Tensor:
    """How likely each patch is drawn, so that classes and origins have their shares."""
    odds = torch.zeros(len(crops.labels))
    for at, name in enumerate(CLASSES):
        for scene, share in ((False, PHOTOGRAPH_SHARE), (True, 1 - PHOTOGRAPH_SHARE)):
            mask = (crops.labels == at) & (crops.scene == scene)
            if mask.any():
                odds[mask] = CLASS_SHARES[name] * share / mask.sum()
    return odds * crops.trusts


def varied(patches: Tensor, dice: torch.Generator) -> Tensor:
    """float N x 3 x 48 x 48, 0..255: mirrored, moved, in other light, partly hidden, coarse, noisy."""
    count = len(patches)

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=dice) * (high - low) + low

    x = functional.grid_sample(patches, movements(count, uniform), padding_mode="border", align_corners=False)
    mean = x.mean(dim=(2, 3), keepdim=True)
    x = (x - mean) * uniform(0.7, 1.25, count, 1, 1, 1) + mean * uniform(0.75, 1.2, count, 1, 1, 1)
    x = x * uniform(0.92, 1.08, count, 3, 1, 1)
    grey = x.mean(dim=1, keepdim=True)
    x = grey + (x - grey) * uniform(0.5, 1.3, count, 1, 1, 1)
    hide(x, dice)
    coarsen(x, dice)
    noisy = uniform(0, 1, count, 1, 1, 1).sub(0.6).clamp(min=0) * 25
    return (x + torch.randn(x.shape, generator=dice) * noisy).clamp(0, 255)


def movements(count: int, uniform) -> Tensor:
    """Sampling grid N x 48 x 48 x 2: mirrored half of the time, up to 8 degrees, 12 % in size, 6 % aside."""
    turn, size = uniform(-0.14, 0.14, count), uniform(0.88, 1.12, count)
    mirror = torch.where(uniform(0, 1, count) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(turn) * size, torch.sin(turn) * size
    shift = uniform(-0.12, 0.12, count, 2)
    rows = torch.stack([torch.stack([cos * mirror, -sin, shift[:, 0]], 1), torch.stack([sin * mirror, cos, shift[:, 1]], 1)], 1)
    return functional.affine_grid(rows, [count, 3, 48, 48], align_corners=False)


def hide(x: Tensor, dice: torch.Generator) -> None:
    """A quarter of the patches lose a rectangle to a grey: something stands before it."""
    for at in torch.nonzero(torch.rand(len(x), generator=dice) < 0.25).flatten().tolist():
        height, width, top, left = (int(value) for value in torch.randint(8, 20, (4,), generator=dice))
        top, left = top * 2 - 12, left * 2 - 12
        x[at, :, top : top + height, left : left + width] = float(torch.rand(1, generator=dice)) * 255


def train(crops: Crops, steps: int, shipped: Path | None) -> Network:
    torch.manual_seed(SEED)
    dice = torch.Generator().manual_seed(SEED)
    chance = np.random.default_rng(SEED)
    odds = odds_of(crops)
    if shipped is None:
        network, rate = Network(len(CLASSES)), RATE_MAX
    else:
        shown = crops.patches[torch.multinomial(odds, SHOWN, generator=dice)].float()
        network, rate = revived(shipped, len(CLASSES), shown), RATE_MAX_ON
    average = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    loss_of = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    started, mean_loss = time.time(), 0.0
    for step in range(steps):
        chosen = torch.multinomial(odds, BATCH, replacement=True, generator=dice)
        patches, labels = varied(crops.patches[chosen].float(), dice), crops.labels[chosen]
        share = mix_share(chance)
        logits = network(share * patches + (1 - share) * patches.flip(0))
        loss = share * loss_of(logits, labels) + (1 - share) * loss_of(logits, labels.flip(0))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        follow(average, network, min(EMA, (step + 1) / (step + 20)))
        mean_loss += 0.01 * (loss.item() - mean_loss)
        if step % 250 == 249:
            print(f"step {step + 1} loss {mean_loss:.3f} {time.time() - started:.0f} s", flush=True)
    network.load_state_dict(average)
    return network.eval()


def coarsen(x: Tensor, dice: torch.Generator) -> None:
    """A fifth of the patches are as coarse as those of somebody far away."""
    few = len(x) // 5
    pixels = int(torch.randint(12, 30, (1,), generator=dice))
    small = functional.interpolate(x[:few], size=(pixels, pixels), mode="area")
    x[:few] = functional.interpolate(small, size=(48, 48), mode="bilinear", align_corners=False)


def mix_share(chance: np.random.Generator) -> float:
    """How much of the first patch is seen; the batch, drawn at random, read backwards is the second."""
    return float(chance.beta(MIX_ALPHA, MIX_ALPHA)) if chance.random() < MIX_SHARE else 1.0


def follow(average: dict[str, Tensor], network: Network, keep: float) -> None:
    """Moves the averaged weights a little towards the present ones."""
    for name, value in network.state_dict().items():
        if value.dtype.is_floating_point:
            average[name].mul_(keep).add_(value, alpha=1 - keep)
        else:
            average[name].copy_(value)


@torch.no_grad()
def logits_of(network: Network, patches: Tensor) -> Tensor:
    return torch.cat([network(part.float()) for part in patches.split(512)])


def report(judged: Crops, logits: Tensor) -> None:
    """Recall of each class on what is held out, photographs and scenes apart."""
    chosen = logits.argmax(1)
    for scene in (False, True):
        for at, name in enumerate(CLASSES):
            mask = (judged.labels == at) & (judged.scene == scene)
            right = (chosen[mask] == at).float().mean().item() if mask.any() else float("nan")
            print(f"held out, {'drawn' if scene else 'photographs'}: {name} {right:.3f} of {int(mask.sum())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--crops", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3600)
    parser.add_argument("--from", type=Path, dest="shipped", help="a shipped file to go on from")
    flags = parser.parse_args()
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    flags.out.mkdir(parents=True, exist_ok=True)
    crops = read(flags.crops, "train")
    apart = held_out(crops.groups)
    network = train(crops.part(~apart), flags.steps, flags.shipped)
    torch.save(network.state_dict(), flags.out / "network.pt")
    judged = crops.part(apart & (crops.trusts >= JUDGED_TRUST_MIN))
    logits = logits_of(network, judged.patches)
    report(judged, logits)
    calibration = calibrate(logits, judged.labels, odds_of(judged))
    (flags.out / "calibration.json").write_text(json.dumps(calibration, indent=1) + "\n")
    print(json.dumps(calibration))
    export(network, calibration["temperature"], str(flags.out / "lushao-patches.onnx"))


if __name__ == "__main__":
    main()
