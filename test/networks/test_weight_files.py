"""Own weights: what was saved is loaded, with its card; everything else is refused in a sentence."""

from __future__ import annotations

import json

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import save_file

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.gedi import GediConfig, GediNetwork
from pose_nodes.networks.weight_files import InvalidWeightsError, card_file, load_network, save_network


@pytest.mark.parametrize(
    "network",
    [
        DescriptorNetwork(DescriptorConfig(backbone="tiny", dimension=16, inputs="pairs")),
        GediNetwork(GediConfig(size="tiny", radius=0.4)),
    ],
    ids=["descriptor", "gedi"],
)
def test_a_network_comes_back_as_it_was_saved(network, tmp_path):
    path = tmp_path / "deep" / "student.safetensors"
    save_network(path, network, {"steps": 3, "scores": {"ron": 0.5}})
    loaded = load_network(path)
    assert type(loaded) is type(network) and loaded.config == network.config and not loaded.training
    for name, value in network.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name]), name
    assert json.loads(card_file(path).read_text()) == {"steps": 3, "scores": {"ron": 0.5}}


def refusal(path):
    with pytest.raises(InvalidWeightsError) as caught:
        load_network(path)
    return str(caught.value)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "student.safetensors"
    save_network(path, DescriptorNetwork(DescriptorConfig(backbone="tiny")), {})
    return path


def test_missing_and_damaged_files_are_refused(saved):
    assert "there is no such file" in refusal(saved.with_name("other.safetensors"))
    saved.write_bytes(saved.read_bytes()[:5000])
    assert "damaged" in refusal(saved)
    saved.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert "damaged" in refusal(saved)


def test_weights_that_do_not_say_what_they_are_of_are_refused(tmp_path):
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.ones(3)}, path)
    assert "do not say which network" in refusal(path)


def test_weights_of_an_unknown_configuration_or_of_other_shapes_are_refused(tmp_path):
    path = tmp_path / "student.safetensors"
    about = {"format": "pose_nodes 1", "kind": "descriptor", "config": '{"backbone": "huge"}'}
    save_file({"weight": torch.ones(3)}, path, about)
    assert "allowed are base, small, tiny" in refusal(path)
    save_file({"weight": torch.ones(3)}, path, {**about, "config": "{"})
    assert "their configuration is unknown" in refusal(path)
    save_file({"weight": torch.ones(3)}, path, {**about, "config": "[]"})
    assert "it is [], and no set of options" in refusal(path)
    save_file({"weight": torch.ones(3)}, path, {**about, "config": '{"backbone": "base", "dimension": 33}'})
    assert str(path) in refusal(path) and "must be a multiple of 4" in refusal(path)
    save_file({"weight": torch.ones(3)}, path, {**about, "config": '{"backbone": "tiny"}'})
    assert "not of this network: 'backbone.stem" in refusal(path)


def test_weights_that_are_no_numbers_are_refused_by_name(saved):
    network = load_network(saved)
    with torch.no_grad():
        network.head.bias[1] = torch.inf
    save_network(saved, network, {})
    assert "'head.bias' has values that are not finite" in refusal(saved)


def test_a_place_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        save_network(
            tmp_path / "file" / "student.safetensors", DescriptorNetwork(DescriptorConfig("tiny")), {}
        )
