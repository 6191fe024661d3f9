"""Images to vectors of patches, and what is said where that cannot be."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.features.patch_encoder import PatchEncoder
from pose_nodes.networks.dinov2_checkpoint import load_dinov2
from pose_nodes.networks.weight_files import InvalidWeightsError

IMAGES = np.random.default_rng(0).integers(0, 256, (11, 42, 28, 3), np.uint8)


def test_colours_are_normalised_as_those_of_imagenet(tiny_dinov2):
    image = torch.from_numpy(IMAGES[0].transpose(2, 0, 1)[None].astype(np.float32) / 255.0)
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    deviation = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    with torch.inference_mode():
        expected = load_dinov2(tiny_dinov2)((image - mean) / deviation).numpy()
    np.testing.assert_allclose(PatchEncoder.load(tiny_dinov2).tokens(IMAGES[:1]), expected, atol=1e-5)


def test_more_images_than_are_encoded_at_once_keep_their_order(tiny_dinov2):
    encoder = PatchEncoder.load(tiny_dinov2, threads=1)
    tokens = encoder.tokens(IMAGES)
    assert tokens.shape == (11, 3, 2, 32)
    np.testing.assert_allclose(tokens[9], encoder.tokens(IMAGES[9:10])[0], atol=1e-5)
    np.testing.assert_array_equal(tokens, encoder.tokens(IMAGES))


def test_an_earlier_layer_can_be_chosen(tiny_dinov2):
    last, first = PatchEncoder.load(tiny_dinov2), PatchEncoder.load(tiny_dinov2, layer=1)
    assert not np.allclose(last.tokens(IMAGES[:1]), first.tokens(IMAGES[:1]), atol=1e-3)


def test_torch_is_imported_when_weights_are_loaded_and_not_before():
    program = "import sys, pose_nodes.estimators.instance; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_missing_torch_is_said(monkeypatch, tiny_dinov2):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InvalidConfigError, match="features 'fused': PyTorch is not installed"):
        PatchEncoder.load(tiny_dinov2)


def test_a_layer_that_is_not_there_is_refused(tiny_dinov2):
    with pytest.raises(InvalidConfigError, match="'layer' is 3, but these weights have blocks from 1 to 2"):
        PatchEncoder.load(tiny_dinov2, layer=3)


def test_without_weights_it_says_which_to_name():
    with pytest.raises(InvalidConfigError, match=r"name a checkpoint such as dinov2_vits14_pretrain\.pth"):
        PatchEncoder.load("")


def test_weights_of_another_network_are_refused(tmp_path):
    torch.save({"fc_layer.7.bias": torch.zeros(32)}, tmp_path / "chkpt.tar")
    with pytest.raises(InvalidWeightsError, match="it is not of DINOv2"):
        PatchEncoder.load(tmp_path / "chkpt.tar")
