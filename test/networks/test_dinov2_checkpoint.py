"""Published checkpoints of DINOv2: every size loads, every weight finds its place, all else is refused."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.networks.dinov2 import Dinov2, Dinov2Config
from pose_nodes.networks.dinov2_checkpoint import load_dinov2
from pose_nodes.networks.weight_files import InvalidWeightsError


@pytest.fixture
def written(tmp_path):
    """Writes weights as the published files are: a bare state dict."""

    def write(weights):
        path = tmp_path / "dinov2.pth"
        torch.save(weights, path)
        return path

    return write


@pytest.mark.parametrize(
    ("size", "registers", "parameters"),
    [("small", False, 22_056_576), ("small", True, 22_058_112), ("base", False, 86_580_480),
     ("large", True, 304_372_736), ("giant", False, 1_136_480_768)],
)  # fmt: skip
def test_published_sizes_have_the_published_numbers_of_weights(size, registers, parameters):
    with torch.device("meta"):
        network = Dinov2(Dinov2Config(size, registers))
    assert sum(value.numel() for value in network.parameters()) == parameters


@pytest.mark.parametrize("registers", [False, True])
@pytest.mark.parametrize(("channels", "gated", "size"), [(32, False, "tiny"), (48, True, "tiny_gated")])
def test_every_weight_is_where_its_name_says(dinov2_weights, written, channels, gated, size, registers):
    weights = dinov2_weights(channels, gated=gated, registers=registers)
    network = load_dinov2(written(weights))
    assert network.config == Dinov2Config(size, registers) and not network.training
    block, first, second = network.blocks[1], *(("w12", "w3") if gated else ("fc1", "fc2"))
    places = [
        (network.class_token, "cls_token"),
        (network.position.vectors, "pos_embed"),
        (network.patches.weight, "patch_embed.proj.weight"),
        (network.mask_token, "mask_token"),
        (network.norm.bias, "norm.bias"),
        (block.attention_norm.weight, "blocks.1.norm1.weight"),
        (block.attention.qkv.bias, "blocks.1.attn.qkv.bias"),
        (block.attention.projection.weight, "blocks.1.attn.proj.weight"),
        (block.attention_scale.gamma, "blocks.1.ls1.gamma"),
        (block.perceptron_norm.weight, "blocks.1.norm2.weight"),
        (block.perceptron.first.weight, f"blocks.1.mlp.{first}.weight"),
        (block.perceptron.second.bias, f"blocks.1.mlp.{second}.bias"),
        (block.perceptron_scale.gamma, "blocks.1.ls2.gamma"),
    ]
    for ours, name in places + ([(network.registers, "register_tokens")] if registers else []):
        assert torch.equal(ours, weights[name]), name


def without(weights, name):
    return {key: value for key, value in weights.items() if key != name}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda w: without(w, "patch_embed.proj.weight"), "'patch_embed.proj.weight' is missing; use a file"),
        (lambda w: without(w, "pos_embed"), "not of DINOv2: 'pos_embed' is missing"),
        (lambda w: without(w, "blocks.1.ls2.gamma"), "'blocks.1.perceptron_scale.gamma' is missing"),
        (lambda w: {**w, "head.weight": torch.ones(3)}, "'head.weight' is unknown"),
        (lambda w: {**w, "pos_embed": torch.ones(1, 257, 32)}, "is (1, 257, 32) and not (1, 1370, 32)"),
        (lambda w: {**w, "blocks.2.ls1.gamma": torch.ones(32)}, "no network of 32 channels and 3 blocks"),
    ],
)  # fmt: skip
def test_weights_of_another_network_are_refused(dinov2_weights, written, change, expected):
    with pytest.raises(InvalidWeightsError) as caught:
        load_dinov2(written(change(dinov2_weights())))
    assert expected in str(caught.value) and "dinov2.pth" in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InvalidWeightsError, match=r"dinov2_vits14\.pth': it cannot be read"):
        load_dinov2(tmp_path / "dinov2_vits14.pth")
