"""Clouds that the tests of the networks share, and state dicts of the layouts of published checkpoints."""

from __future__ import annotations

import pytest

try:
    import torch
except ImportError:  # every test here then skips itself
    torch = None


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """More threads wait for each other where other processes run."""
    if torch is not None:
        torch.set_num_threads(1)


def surface(count: int, seed: int):
    """Points of an egg, of diameter 1, with normals; centred."""
    generator = torch.Generator().manual_seed(seed)
    sphere = torch.nn.functional.normalize(torch.randn(count, 3, generator=generator), dim=1)
    radii = torch.tensor([0.5, 0.35, 0.25])
    points = sphere * radii
    outward = torch.nn.functional.normalize(sphere / radii, dim=1)
    return points - points.mean(dim=0), outward


@pytest.fixture(scope="session")
def egg():
    """Makes an egg of so many points: (points, normals)."""
    return surface


@pytest.fixture(scope="session")
def published():
    """Makes state dicts of published layouts, of random numbers, by the name of the network.

    They are written from the documented layouts alone, and not by turning our own names around.
    """
    return {"point transformer": point_transformer, "gedi": gedi}


class _Made:
    def __init__(self, seed: int):
        self.weights: dict = {}
        self._generator = torch.Generator().manual_seed(seed)

    def add(self, name, *shape):
        self.weights[name] = 0.05 * torch.randn(*shape, generator=self._generator)

    def linear(self, name, inputs, outputs, bias=True, trailing=()):
        self.add(f"{name}.weight", outputs, inputs, *trailing)
        if bias:
            self.add(f"{name}.bias", outputs)

    def batch_norm(self, name, width):
        self.layer_norm(name, width)
        self.add(f"{name}.running_mean", width)
        self.weights[f"{name}.running_var"] = torch.rand(width, generator=self._generator) + 0.5
        self.weights[f"{name}.num_batches_tracked"] = torch.tensor(7)

    def layer_norm(self, name, width):
        self.add(f"{name}.weight", width)
        self.add(f"{name}.bias", width)


def point_transformer(inputs=3, dimension=32, seed=0):
    """Point Transformer V3, base configuration."""
    made = _Made(seed)
    encoder, decoder = (32, 64, 128, 256, 512), (dimension, 64, 128, 256)
    made.add("embedding.stem.conv.weight", 32, 5, 5, 5, inputs)
    made.batch_norm("embedding.stem.norm", 32)
    for stage, (depth, width) in enumerate(zip((2, 2, 2, 6, 2), encoder, strict=True)):
        if stage:
            made.linear(f"enc.enc{stage}.down.proj", encoder[stage - 1], width)
            made.batch_norm(f"enc.enc{stage}.down.norm.0", width)
        for block in range(depth):
            _block(made, f"enc.enc{stage}.block{block}", width)
    coarser = (64, 128, 256, 512)
    for stage, width in enumerate(decoder):
        for part, width_in in (("proj", coarser[stage]), ("proj_skip", encoder[stage])):
            made.linear(f"dec.dec{stage}.up.{part}.0", width_in, width)
            made.batch_norm(f"dec.dec{stage}.up.{part}.1", width)
        for block in range(2):
            _block(made, f"dec.dec{stage}.block{block}", width)
    return made.weights


def _block(made, name, width):
    made.add(f"{name}.cpe.0.weight", width, 3, 3, 3, width)
    made.add(f"{name}.cpe.0.bias", width)
    made.linear(f"{name}.cpe.1", width, width)
    for norm in ("cpe.2", "norm1.0", "norm2.0"):
        made.layer_norm(f"{name}.{norm}", width)
    made.linear(f"{name}.attn.qkv", width, 3 * width)
    made.linear(f"{name}.attn.proj", width, width)
    made.linear(f"{name}.mlp.0.fc1", width, 4 * width)
    made.linear(f"{name}.mlp.0.fc2", 4 * width, width)


def gedi(dimension=32, seed=0):
    """GeDi."""
    made = _Made(seed)
    for place, (inputs, outputs) in enumerate([(3, 256), (256, 512), (512, 1024)], start=1):
        made.linear(f"qnet.conv{place}.0", inputs, outputs, bias=False, trailing=(1,))
        made.batch_norm(f"qnet.conv{place}.1", outputs)
    for place, (inputs, outputs) in enumerate([(1024, 512), (512, 256)], start=1):
        made.linear(f"qnet.fc{place}.0", inputs, outputs, bias=False)
        made.batch_norm(f"qnet.fc{place}.1", outputs)
    made.linear("qnet.fc3", 256, 4)
    modules = [(3, 128, 128, 128), (131, 256, 256, 256), (259, 512, 512, 1024)]
    for module, widths in enumerate(modules, start=1):
        for layer in range(3):
            name = f"samodule{module}.mlps.0"
            made.linear(f"{name}.{3 * layer}", widths[layer], widths[layer + 1], False, (1, 1))
            made.batch_norm(f"{name}.{3 * layer + 1}", widths[layer + 1])
    made.linear("fc_layer.0", 1024, 512, bias=False)
    made.batch_norm("fc_layer.1", 512)
    made.linear("fc_layer.3", 512, 256, bias=False)
    made.batch_norm("fc_layer.4", 256)
    made.linear("fc_layer.7", 256, dimension)
    return made.weights
