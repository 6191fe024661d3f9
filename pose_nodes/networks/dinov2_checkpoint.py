"""Published checkpoints of DINOv2 under their own names: which network one is of, and its weights as ours.

A file is a bare state dict. `dinov2_vits14_pretrain.pth` and its like say by their shapes which size they are
of, and by their names whether there are registers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from pose_nodes.networks.checkpoints import Renaming, fill_renamed, read_checkpoint
from pose_nodes.networks.dinov2 import SIZES, Dinov2, Dinov2Config
from pose_nodes.networks.weight_files import InvalidWeightsError

DINOV2: Renaming = (
    (r"^cls_token$", "class_token"),
    (r"^register_tokens$", "registers"),
    (r"^pos_embed$", "position.vectors"),
    (r"^patch_embed\.proj\.", "patches."),
    (r"\.norm1\.", ".attention_norm."),
    (r"\.attn\.qkv\.", ".attention.qkv."),
    (r"\.attn\.proj\.", ".attention.projection."),
    (r"\.ls1\.", ".attention_scale."),
    (r"\.norm2\.", ".perceptron_norm."),
    (r"\.mlp\.(fc1|w12)\.", ".perceptron.first."),
    (r"\.mlp\.(fc2|w3)\.", ".perceptron.second."),
    (r"\.ls2\.", ".perceptron_scale."),
)
"""From the published names to those of a `Dinov2`."""


def load_dinov2(path: Path) -> Dinov2:
    """A published network of any size, with or without registers, ready to be used.

    Raises:
        InvalidWeightsError: the file is missing or damaged, or its weights are not of DINOv2.
    """
    published = read_checkpoint(path)
    network = Dinov2(Dinov2Config(_size(published, path), "register_tokens" in published))
    fill_renamed(network, published, DINOV2, str(path))
    return network.eval()


def _size(published: Mapping[str, Tensor], path: Path) -> str:
    """Name of the size that weights are of."""
    embedding = published.get("patch_embed.proj.weight")
    if embedding is None or "pos_embed" not in published:
        missing = "patch_embed.proj.weight" if embedding is None else "pos_embed"
        raise InvalidWeightsError(
            f"checkpoint '{path}': it is not of DINOv2: '{missing}' is missing; use a file such as "
            "dinov2_vits14_pretrain.pth"
        )
    blocks = {name.split(".")[1] for name in published if name.startswith("blocks.")}
    for name, size in SIZES.items():
        if (size.channels, size.blocks) == (len(embedding), len(blocks)):
            return name
    raise InvalidWeightsError(
        f"checkpoint '{path}': DINOv2 has no network of {len(embedding)} channels and {len(blocks)} blocks; "
        "use one of ViT-S, ViT-B, ViT-L or ViT-g with patches of 14 pixels"
    )
