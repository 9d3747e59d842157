"""Turns a shipped ONNX file back into a network that can learn on.

    convolution + bias  ->  convolution, normalisation that undoes itself

Export folds batch normalisation into the convolutions before it. To learn on, each gets one again, whose mean and
variance are those of real patches and whose scale and shift take both back: the answers stay the same.
"""
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from network import Network


def revived(file: Path, classes: int, patches: Tensor) -> Network:
    """`patches` float N x 3 x 48 x 48: a few hundred that show every class."""
    network = Network(classes).eval()
    held = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in onnx.load(str(file)).graph.initializer}
    network.head.weight.data.copy_(held.pop("network.head.weight"))
    network.head.bias.data.copy_(held.pop("network.head.bias"))
    # The others come in pairs, weights and biases, in the order of the body.
    folded = list(held.values())
    pairs = zip(folded[0::2], folded[1::2], convolutions_of(network), strict=True)
    with torch.no_grad():
        for weight, bias, (convolution, norm) in pairs:
            convolution.weight.copy_(weight)
            put_norm(network, convolution, norm, bias, patches)
    return network.train()


def convolutions_of(network: Network) -> list[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    convolutions = [one for one in network.modules() if isinstance(one, nn.Conv2d)]
    norms = [one for one in network.modules() if isinstance(one, nn.BatchNorm2d)]
    return list(zip(convolutions, norms, strict=True))


def put_norm(network: Network, convolution: nn.Conv2d, norm: nn.BatchNorm2d, bias: Tensor, patches: Tensor) -> None:
    """The layers before are right already; those behind do not matter here."""
    seen: list[Tensor] = []
    hook = convolution.register_forward_hook(lambda _, __, output: seen.append(output))
    network(patches)
    hook.remove()
    mean, variance = seen[0].mean(dim=(0, 2, 3)), seen[0].var(dim=(0, 2, 3), unbiased=False)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_(torch.sqrt(variance + norm.eps))
    norm.bias.copy_(bias + mean)
