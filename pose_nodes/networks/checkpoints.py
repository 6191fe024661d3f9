"""Published checkpoints under their own names: their keys and axes become ours.

Point Transformer V3 (Pointcept) and dGeDi share a layout; dGeDi's file is a dictionary with the weights under
"model_state_dict", Pointcept's under "state_dict", each name with "module.backbone." before it. Kernels of
spconv are (outputs, x, y, z, inputs), ours (x y z, inputs, outputs).
GeDi's is a dictionary with the weights under "pnet_model_state_dict".
"""

from __future__ import annotations

import pickle
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.gedi import GediConfig, GediNetwork
from pose_nodes.networks.point_transformer import PointTransformer, PointTransformerConfig
from pose_nodes.networks.weight_files import InvalidWeightsError, fill

_WRAPPERS = ("model_state_dict", "state_dict", "pnet_model_state_dict", "model")
_PREFIXES = ("module.", "backbone.")
_SEGMENTATION = "seg_head."
DAMAGE = (
    pickle.UnpicklingError, zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, ValueError,
    TypeError, LookupError, AttributeError, AssertionError, ArithmeticError,
)  # fmt: skip
"""What zipfile and PyTorch raise at files of which single bytes have changed."""
_SCALAR = np.float64(0.0).__reduce__()[0]
_NUMBERS: list[Any] = [
    *((_SCALAR, f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")),
    np.dtype,
    *(type(np.dtype(name)) for name in ("float32", "float64", "int32", "int64", "bool")),
]
"""What numbers of NumPy are pickled as, before and since its version 2: scores that Pointcept keeps."""
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
    dimension = last.shape[0] if last is not None and last.ndim else 0
    if dimension not in (32, 64):
        raise InvalidWeightsError(
            f"checkpoint '{path}': it is not of dGeDi: 'dec.dec0.up.proj.0.weight' "
            + ("is missing" if last is None else f"has {dimension} rows instead of 32 or 64")
        )
    network = DescriptorNetwork(DescriptorConfig(backbone="base", dimension=dimension))
    fill_renamed(network, published, POINT_TRANSFORMER, str(path))
    return network.eval()


def load_point_transformer(path: Path) -> PointTransformer:
    """Point Transformer V3 of the base configuration, as Pointcept trains it: the backbone alone.

    Its inputs and the width of its output are those of the file; a head for segmentation is left out.

    Raises:
        InvalidWeightsError: the file is missing or damaged, or its weights are not of this network.
    """
    published = read_checkpoint(path)
    backbone = {name: value for name, value in published.items() if not name.startswith(_SEGMENTATION)}
    inputs = _axis(backbone, "embedding.stem.conv.weight", 5, -1, path)
    width = _axis(backbone, "dec.dec0.up.proj.0.weight", 2, 0, path)
    channels = (width, *PointTransformerConfig.decoder_channels[1:])
    network = PointTransformer(PointTransformerConfig(inputs=inputs, decoder_channels=channels))
    fill_renamed(network, backbone, (*POINT_TRANSFORMER, (r"^backbone\.", "")), str(path))
    return network.eval()


def _axis(published: Mapping[str, Tensor], name: str, axes: int, which: int, path: Path) -> int:
    weight = published.get(name)
    if weight is None or weight.ndim != axes or not weight.numel():
        raise InvalidWeightsError(
            f"checkpoint '{path}': it is not of Point Transformer V3: '{name}' "
            + ("is missing" if weight is None else f"is {tuple(weight.shape)} and should have {axes} axes")
        )
    return weight.shape[which]


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
    if last is None or last.ndim != 1:
        raise InvalidWeightsError(
            f"checkpoint '{path}': it is not of GeDi: 'fc_layer.7.bias' "
            + ("is missing" if last is None else f"is {tuple(last.shape)} and should have one axis")
        )
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
    """The weights of a checkpoint of PyTorch by their bare names. Only tensors and numbers are unpickled.

    Raises:
        InvalidWeightsError: the file is missing or damaged, or holds no weights.
    """
    try:
        with torch.serialization.safe_globals(_NUMBERS):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InvalidWeightsError(f"checkpoint '{path}': it cannot be read ({error.strerror})") from error
    except DAMAGE as error:
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
    return {
        str(name): value
        for name, value in content.items()
        if isinstance(value, Tensor) and value.layout == torch.strided
    }


def _bare(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _our_axes(value: Tensor) -> Tensor:
    """spconv's kernels have five axes, convolutions of single points one or two of length 1 at the end."""
    if value.ndim == 5:
        return value.permute(1, 2, 3, 4, 0).reshape(-1, value.shape[4], value.shape[0]).contiguous()
    return value.flatten(1) if value.ndim in (3, 4) and value.shape[2:].numel() == 1 else value
