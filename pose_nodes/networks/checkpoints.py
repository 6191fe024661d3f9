"""Published checkpoints under their own names: their keys and axes become ours.

Point Transformer V3 (Pointcept) and dGeDi share a layout; dGeDi's file is a dictionary with the weights under
"model_state_dict", Pointcept's under "state_dict", each name with "module.backbone." before it. Kernels of
spconv are (outputs, x, y, z, inputs), ours (x y z, inputs, outputs).
GeDi's is a dictionary with the weights under "pnet_model_state_dict".
"""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.gedi import GediConfig, GediNetwork
from pose_nodes.networks.weight_files import InvalidWeightsError, fill

_WRAPPERS = ("model_state_dict", "state_dict", "pnet_model_state_dict", "model")
_PREFIXES = ("module.", "backbone.")
_DAMAGE = (pickle.UnpicklingError, zipfile.BadZipFile, RuntimeError, EOFError, ValueError, KeyError)
Renaming = Sequence[tuple[str, str]]

POINT_TRANSFORMER: Renaming = (
    (r"^embedding\.stem\.conv\.", "backbone.stem.convolution."),
    (r"^embedding\.stem\.norm\.", "backbone.stem.norm."),
    (r"^enc\.enc(\d+)\.", r"backbone.encoder.\1."),
    (r"^dec\.dec(\d+)\.", r"backbone.decoder.\1."),
    (r"\.block(\d+)\.", r".blocks.\1."),
    (r"\.cpe\.0\.", ".position.convolution."),
    (r"\.cpe\.1\.", ".position.linear."),
    (r"\.cpe\.2\.", ".position.norm."),
    (r"\.norm1\.0\.", ".attention_norm."),
    (r"\.attn\.qkv\.", ".attention.qkv."),
    (r"\.attn\.proj\.", ".attention.projection."),
    (r"\.norm2\.0\.", ".perceptron_norm."),
    (r"\.mlp\.0\.fc1\.", ".perceptron.first."),
    (r"\.mlp\.0\.fc2\.", ".perceptron.second."),
    (r"\.down\.proj\.", ".change.projection."),
    (r"\.down\.norm\.0\.", ".change.norm."),
    (r"\.up\.proj\.0\.", ".change.coarse."),
    (r"\.up\.proj\.1\.", ".change.coarse_norm."),
    (r"\.up\.proj_skip\.0\.", ".change.fine."),
    (r"\.up\.proj_skip\.1\.", ".change.fine_norm."),
)
"""From the published names of Point Transformer V3 to those of a `DescriptorNetwork`."""

GEDI: Renaming = (
    *((rf"^qnet\.conv{n}\.", f"quaternion_net.point_layers.{n - 1}.") for n in (1, 2, 3)),
    *((rf"^qnet\.fc{n}\.", f"quaternion_net.layers.{n - 1}.") for n in (1, 2)),
    (r"^qnet\.fc3\.", "quaternion_net.last."),
    *((rf"^samodule{n}\.mlps\.0\.", f"abstractions.{n - 1}.layers.") for n in (1, 2, 3)),
    (r"^fc_layer\.", "head."),
)
"""From the published names of GeDi to those of a `GediNetwork`."""


def load_dgedi(path: Path) -> DescriptorNetwork:
    """The published student of dGeDi, of one scale (32 numbers a point) or of two (64).

    Raises:
        InvalidWeightsError: the file is missing or damaged, or its weights are not of this network.
    """
    published = read_checkpoint(path)
    last = published.get("dec.dec0.up.proj.0.weight")
    if last is None or len(last) not in (32, 64):
        raise InvalidWeightsError(
            f"checkpoint '{path}': it is not of dGeDi: 'dec.dec0.up.proj.0.weight' "
            + ("is missing" if last is None else f"has {len(last)} rows instead of 32 or 64")
        )
    network = DescriptorNetwork(DescriptorConfig(backbone="base", dimension=len(last)))
    fill_renamed(network, published, POINT_TRANSFORMER, str(path))
    return network.eval()


def load_gedi(path: Path, radius: float = 0.3) -> GediNetwork:
    """The published teacher, GeDi.

    Args:
        path: the file ("chkpt.tar").
        radius: of its patches, in diameters of the object: it is not in the file.

    Raises:
        InvalidWeightsError: the file is missing or damaged, or its weights are not of this network.
    """
    published = read_checkpoint(path)
    last = published.get("fc_layer.7.bias")
    if last is None:
        raise InvalidWeightsError(f"checkpoint '{path}': it is not of GeDi: 'fc_layer.7.bias' is missing")
    network = GediNetwork(GediConfig(size="published", dimension=len(last), radius=radius))
    fill_renamed(network, published, GEDI, str(path))
    return network.eval()


def fill_renamed(network: nn.Module, published: Mapping[str, Tensor], names: Renaming, where: str) -> None:
    """Give a network published weights.

    Raises:
        InvalidWeightsError: one is missing, unknown or of another shape.
    """
    fill(network, {renamed(name, names): _our_axes(value) for name, value in published.items()}, where)


def renamed(name: str, names: Renaming) -> str:
    """Our name of a published weight."""
    for pattern, ours in names:
        name = re.sub(pattern, ours, name)
    return name


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """The weights of a checkpoint of PyTorch by their bare names. Nothing but tensors is unpickled.

    Raises:
        InvalidWeightsError: the file is missing or damaged, or holds no weights.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InvalidWeightsError(f"checkpoint '{path}': it cannot be read ({error.strerror})") from error
    except _DAMAGE as error:
        raise InvalidWeightsError(
            f"checkpoint '{path}': damaged, or it holds more than tensors and is not opened for safety"
        ) from error
    weights = _weights_of(content)
    if not weights:
        raise InvalidWeightsError(f"checkpoint '{path}': it holds no weights")
    return {_bare(name): value for name, value in weights.items()}


def _weights_of(content: Any) -> dict[str, Tensor]:
    """The weights themselves, which may lie in a dictionary among other things."""
    if not isinstance(content, Mapping):
        return {}
    for wrapper in _WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
            break
    return {str(name): value for name, value in content.items() if isinstance(value, Tensor)}


def _bare(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _our_axes(value: Tensor) -> Tensor:
    """spconv's kernels have five axes, convolutions of single points one or two of length 1 at the end."""
    if value.ndim == 5:
        return value.permute(1, 2, 3, 4, 0).reshape(-1, value.shape[4], value.shape[0]).contiguous()
    return value.flatten(1) if value.ndim in (3, 4) and value[0, 0].numel() == 1 else value
