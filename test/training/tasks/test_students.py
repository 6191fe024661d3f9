"""How a student in training begins."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")
pytest.importorskip("safetensors", reason="weights need safetensors")

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.weight_files import save_network
from training.tasks.students import initial_student


def config_of(mirrored: str) -> DescriptorConfig:
    return DescriptorConfig(backbone="tiny", inputs="pairs", dimension=8, mirrored=mirrored)


@pytest.fixture
def weights(tmp_path):
    """Writes weights of a network that tells mirror images apart, or does not."""

    def write(mirrored: str) -> str:
        torch.manual_seed(0)
        path = tmp_path / f"{mirrored}.safetensors"
        save_network(path, DescriptorNetwork(config_of(mirrored)), {})
        return str(path)

    return write


@torch.no_grad()
def test_a_student_that_tells_mirror_images_apart_may_begin_as_one_that_does_not(weights):
    torch.manual_seed(1)
    points = 0.3 * torch.randn(200, 3)
    normals = torch.nn.functional.normalize(points, dim=1)
    told, plain = (initial_student(config_of(kind), weights("alike")) for kind in ("apart", "alike"))
    assert told.training and told.config == config_of("apart")
    ends = torch.tensor([200])
    assert torch.equal(told.eval()(points, normals, ends), plain.eval()(points, normals, ends))


def test_one_that_does_not_cannot_begin_as_one_that_does(weights):
    with pytest.raises(InvalidConfigError, match="say the same under 'network'"):
        initial_student(config_of("alike"), weights("apart"))
