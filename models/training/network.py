"""The network: a small residual classifier of 48 x 48 patches.

    N x 3 x 48 x 48, 0..255 -> scale -> stem 24 x 24 -> 12 x 12 -> 6 x 6 -> mean -> classes -> temperature -> softmax

Plain 3 x 3 convolutions: on one thread of a CPU they are faster than depthwise ones of the same accuracy.
"""
import torch
from torch import Tensor, nn


def block(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """Two convolutions around which the input passes."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = block(width, width, 1)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class Network(nn.Module):
    """Logits N x K of patches N x 3 x 48 x 48 in 0..255."""

    def __init__(self, classes: int, widths: tuple[int, int, int] = (20, 48, 80)) -> None:
        super().__init__()
        stem, middle, last = widths
        self.body = nn.Sequential(
            block(3, stem, 2),
            block(stem, middle, 2),
            Residual(middle),
            block(middle, last, 2),
            Residual(last),
        )
        self.drop = nn.Dropout(0.25)
        self.head = nn.Linear(last, classes)

    def forward(self, patches: Tensor) -> Tensor:
        x = self.body(patches / 127.5 - 1)
        return self.head(self.drop(x.mean(dim=(2, 3))))


class Shipped(nn.Module):
    """What is exported: calibrated probabilities."""

    def __init__(self, network: Network, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature

    def forward(self, patches: Tensor) -> Tensor:
        return torch.softmax(self.network(patches) / self.temperature, dim=1)


def export(network: Network, temperature: float, file: str) -> None:
    """Writes ONNX with a free batch size; batch normalisation is folded into the convolutions."""
    shipped = Shipped(network, temperature).eval()
    example = torch.zeros(2, 3, 48, 48)
    axes = {"patches": {0: "n"}, "scores": {0: "n"}}
    torch.onnx.export(
        shipped, (example,), file, opset_version=13, input_names=["patches"], output_names=["scores"], dynamic_axes=axes
    )
