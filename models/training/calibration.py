"""How far the network's words can be taken: temperature, reliability, and from which score on a name holds."""
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from photographs import BACKGROUND, CLASSES

BINS = 15
# Of boxes that are given a name, so many shall bear it.
PRECISION_WANTED = 0.9
SCORE_MIN, SCORE_MAX = 0.4, 0.9


def calibrate(logits: Tensor, labels: Tensor, weights: Tensor) -> dict:
    """logits N x K; weights N: how often such a patch counts."""
    weights = weights / weights.sum()
    temperature = temperature_of(logits, labels, weights)
    before, after = torch.softmax(logits, 1), torch.softmax(logits / temperature, 1)
    return {
        "temperature": round(temperature, 4),
        "patches": len(labels),
        "eceBefore": round(calibration_error(before, labels, weights), 4),
        "eceAfter": round(calibration_error(after, labels, weights), 4),
        "thresholds": {name: threshold_of(at, after, labels, weights) for at, name in enumerate(CLASSES)},
    }


def temperature_of(logits: Tensor, labels: Tensor, weights: Tensor) -> float:
    """The divisor of the logits under which the labels are likeliest; a fine search, the curve has one valley."""
    candidates = np.exp(np.linspace(np.log(0.3), np.log(4), 260))
    losses = [float((functional.cross_entropy(logits / t, labels, reduction="none") * weights).sum()) for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def calibration_error(scores: Tensor, labels: Tensor, weights: Tensor) -> float:
    """Expected calibration error of the best class over 15 equal bins."""
    best, chosen = scores.max(dim=1)
    right = (chosen == labels).float()
    bins = (best * BINS).long().clamp(0, BINS - 1)
    total = 0.0
    for index in range(BINS):
        weight = weights[bins == index]
        if len(weight):
            gap = ((best - right)[bins == index] * weight).sum()
            total += abs(float(gap))
    return total / float(weights.sum())


def threshold_of(label: int, scores: Tensor, labels: Tensor, weights: Tensor) -> float:
    """The least score from which the name is right as often as wanted; background needs none of its own."""
    if label == BACKGROUND:
        return SCORE_MIN
    best, chosen = scores.max(dim=1)
    for wanted in np.arange(SCORE_MIN, SCORE_MAX + 0.001, 0.01):
        told = (chosen == label) & (best >= wanted)
        told_weight = float(weights[told].sum())
        if told_weight > 0 and float(weights[told & (labels == label)].sum()) / told_weight >= PRECISION_WANTED:
            return round(float(wanted), 2)
    return SCORE_MAX
