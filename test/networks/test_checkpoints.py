"""Published checkpoints: every weight finds its place, and every other file is refused in a sentence."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

import numpy as np

from pose_nodes.networks.checkpoints import load_dgedi, load_gedi, load_point_transformer, read_checkpoint
from pose_nodes.networks.weight_files import InvalidWeightsError


@pytest.fixture
def dgedi_file(published, tmp_path):
    """Writes a checkpoint of dGeDi: a dimension, and a change to its weights."""

    def write(dimension=32, change=lambda weights: weights):
        path = tmp_path / "dGeDi.pth"
        weights = change(published["point transformer"](dimension=dimension))
        torch.save({"epoch": 3, "model_state_dict": weights}, path)
        return path

    return write


@pytest.mark.parametrize(("dimension", "parameters"), [(32, 45_904_160), (64, 46_154_272)])
def test_both_published_students_load(dgedi_file, egg, dimension, parameters):
    network = load_dgedi(dgedi_file(dimension))
    assert sum(value.numel() for value in network.parameters()) == parameters
    points, _ = egg(60, 0)
    descriptors = network(points, None, torch.tensor([60]))
    assert descriptors.shape == (60, dimension) and torch.isfinite(descriptors).all()


def test_every_weight_of_the_student_is_where_its_name_says(dgedi_file, published):
    network = load_dgedi(dgedi_file())
    weights = published["point transformer"]()
    block = network.backbone.encoder[3].blocks[5]
    for ours, name in [
        (block.attention.qkv.weight, "enc.enc3.block5.attn.qkv.weight"),
        (block.attention.projection.bias, "enc.enc3.block5.attn.proj.bias"),
        (block.position.linear.weight, "enc.enc3.block5.cpe.1.weight"),
        (block.position.norm.bias, "enc.enc3.block5.cpe.2.bias"),
        (block.attention_norm.weight, "enc.enc3.block5.norm1.0.weight"),
        (block.perceptron_norm.weight, "enc.enc3.block5.norm2.0.weight"),
        (block.perceptron.first.weight, "enc.enc3.block5.mlp.0.fc1.weight"),
        (block.perceptron.second.weight, "enc.enc3.block5.mlp.0.fc2.weight"),
        (network.backbone.encoder[2].change.norm.running_var, "enc.enc2.down.norm.0.running_var"),
        (network.backbone.decoder[1].change.coarse.weight, "dec.dec1.up.proj.0.weight"),
        (network.backbone.decoder[1].change.fine_norm.weight, "dec.dec1.up.proj_skip.1.weight"),
        (network.backbone.stem.norm.running_mean, "embedding.stem.norm.running_mean"),
    ]:
        assert (ours == weights[name]).all(), name


def test_axes_of_kernels_go_from_x_to_z_and_then_in_and_out(dgedi_file, published):
    kernel = published["point transformer"]()["embedding.stem.conv.weight"]
    ours = load_dgedi(dgedi_file()).backbone.stem.convolution.weight
    x, y, z = 4, 1, 3
    assert (ours[(x * 5 + y) * 5 + z, 2] == kernel[:, x, y, z, 2]).all()


def test_a_checkpoint_of_a_training_framework_is_unwrapped(published, tmp_path):
    weights = published["point transformer"](dimension=64)
    path = tmp_path / "model.pth"
    torch.save({"state_dict": {f"module.backbone.{name}": value for name, value in weights.items()}}, path)
    assert load_dgedi(path).config.dimension == 64


@pytest.fixture
def pointcept_file(published, tmp_path):
    """Writes a checkpoint as Pointcept does, a network with a head; a change to its weights."""

    def write(change=lambda weights: weights):
        weights = published["point transformer"](inputs=6, dimension=64)
        weights["seg_head.weight"], weights["seg_head.bias"] = torch.ones(20, 64), torch.ones(20)
        named = {
            f"module.{'' if name.startswith('seg_head') else 'backbone.'}{name}": value
            for name, value in change(weights).items()
        }
        path = tmp_path / "model_best.pth"
        torch.save({"epoch": 800, "state_dict": named, "best_metric_value": np.mean([0.7, 0.8])}, path)
        return path

    return write


def test_a_point_transformer_loads_without_its_head_and_beside_numbers_of_numpy(pointcept_file, published):
    network = load_point_transformer(pointcept_file())
    assert sum(value.numel() for value in network.parameters()) == 46_166_272
    weights = published["point transformer"](inputs=6, dimension=64)
    ours = network.decoder[0].blocks[1].attention.qkv.weight
    assert (ours == weights["dec.dec0.block1.attn.qkv.weight"]).all()
    assert not network.training


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda w: without(w, "embedding.stem.conv.weight"), "not of Point Transformer V3: 'embedding.stem"),
        (lambda w: {**w, "embedding.stem.conv.weight": torch.tensor(1.0)}, "is () and should have 5 axes"),
        (lambda w: {**w, "extra.weight": torch.ones(3)}, "'extra.weight' is unknown"),
    ],
)
def test_other_networks_are_not_taken_for_a_point_transformer(pointcept_file, change, expected):
    with pytest.raises(InvalidWeightsError) as caught:
        load_point_transformer(pointcept_file(change))
    assert expected in str(caught.value)


def test_gedi_loads(published, tmp_path):
    path = tmp_path / "chkpt.tar"
    torch.save({"pnet_model_state_dict": published["gedi"](), "epoch": 1}, path)
    network, weights = load_gedi(path, radius=0.4), published["gedi"]()
    assert sum(value.numel() for value in network.parameters()) == 3_105_956
    assert network.config.radius == 0.4
    for ours, name in [
        (network.quaternion_net.point_layers[2][0].weight, "qnet.conv3.0.weight"),
        (network.quaternion_net.layers[1][1].bias, "qnet.fc2.1.bias"),
        (network.quaternion_net.last.bias, "qnet.fc3.bias"),
        (network.abstractions[1].layers[3].weight, "samodule2.mlps.0.3.weight"),
        (network.abstractions[2].layers[7].running_mean, "samodule3.mlps.0.7.running_mean"),
        (network.head[3].weight, "fc_layer.3.weight"),
        (network.head[7].weight, "fc_layer.7.weight"),
    ]:
        assert (ours == weights[name].view(ours.shape)).all(), name


def without(weights, name):
    return {key: value for key, value in weights.items() if key != name}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda w: without(w, "enc.enc2.block1.cpe.0.bias"),
         "encoder.2.blocks.1.position.convolution.bias' is missing"),
        (lambda w: {**w, "seg_head.weight": torch.ones(3)}, "'seg_head.weight' is unknown"),
        (lambda w: {**w, "enc.enc0.block0.attn.qkv.bias": torch.ones(3)}, "is (3,) and not (96,)"),
        (lambda w: without(w, "dec.dec0.up.proj.0.weight"), "is not of dGeDi"),
        (lambda w: {**w, "dec.dec0.up.proj.0.weight": torch.ones(48, 64)}, "has 48 rows instead of 32 or 64"),
        (lambda w: {**w, "dec.dec0.up.proj.0.weight": torch.tensor(1.0)}, "has 0 rows instead of 32 or 64"),
        (lambda w: {**w, "enc.enc0.block0.attn.qkv.bias": torch.full((96,), torch.nan)}, "are not finite"),
        (lambda w: {**w, "enc.enc0.block0.attn.qkv.bias": torch.ones(96, dtype=torch.int8)}, "torch.int8"),
        (lambda w: {**w, "enc.enc0.block0.attn.qkv.bias": torch.ones(96).to_sparse()}, "is missing"),
    ],
)  # fmt: skip
def test_weights_of_another_network_are_refused(dgedi_file, change, expected):
    with pytest.raises(InvalidWeightsError) as caught:
        load_dgedi(dgedi_file(change=change))
    assert expected in str(caught.value)


def refusal(path):
    with pytest.raises(InvalidWeightsError) as caught:
        read_checkpoint(path)
    return str(caught.value)


def test_files_without_weights_are_refused(tmp_path, dgedi_file):
    assert "it cannot be read (No such file" in refusal(tmp_path / "missing.pth")
    noise = tmp_path / "noise.pth"
    noise.write_bytes(b"no checkpoint")
    assert "damaged" in refusal(noise)
    cut = dgedi_file()
    cut.write_bytes(cut.read_bytes()[:100_000])
    assert "damaged" in refusal(cut)
    empty = tmp_path / "empty.pth"
    torch.save({"epoch": 3}, empty)
    assert "it holds no weights" in refusal(empty)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_changed_byte_gives_a_sentence_or_weights(tmp_path, zipped):
    path, rng = tmp_path / "weights.pth", np.random.default_rng(0)
    torch.save({"state_dict": {"a": torch.ones(3), "b": torch.zeros(2, 2)}}, path,
               _use_new_zipfile_serialization=zipped)  # fmt: skip
    whole, refused = path.read_bytes(), 0
    for place in rng.integers(len(whole), size=300):
        changed = bytearray(whole)
        changed[place] ^= int(rng.integers(1, 256))
        path.write_bytes(changed)
        try:
            read_checkpoint(path)
        except InvalidWeightsError:
            refused += 1
    assert 20 < refused < 300


def test_a_checkpoint_of_another_network_is_not_taken_for_gedi(tmp_path):
    path = tmp_path / "other.pth"
    torch.save({"layer.weight": torch.ones(1)}, path)
    with pytest.raises(InvalidWeightsError, match="not of GeDi"):
        load_gedi(path)
    torch.save({"fc_layer.7.bias": torch.tensor(1.0)}, path)
    with pytest.raises(InvalidWeightsError, match="should have one axis"):
        load_gedi(path)


class Harmful:
    """Would write a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_nothing_but_tensors_is_unpickled(tmp_path):
    path, written = tmp_path / "harmful.pth", tmp_path / "written"
    torch.save({"state_dict": Harmful(written)}, path)
    assert "holds more than tensors" in refusal(path)
    assert not written.exists()
