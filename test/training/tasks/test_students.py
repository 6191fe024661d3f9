"""How a student in training begins."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")
pytest.importorskip("safetensors", reason="weights need safetensors")

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from pose_nodes.networks.weight_files import save_network
from training.tasks.students import TaughtStudent, initial_student, student_of, taught


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


def test_a_taught_student_describes_as_the_student_and_its_map_makes_unit_vectors():
    torch.manual_seed(0)
    student = DescriptorNetwork(config_of("alike")).eval()
    network = TaughtStudent(student)
    assert student_of(network) is student_of(student) is student
    points = 0.3 * torch.randn(100, 3)
    given = points, torch.nn.functional.normalize(points, dim=1), torch.tensor([100])
    found = network(*given)
    assert torch.equal(found, student(*given))
    mapped = network.as_teacher(found)
    assert mapped.shape == found.shape and not torch.allclose(mapped, found, atol=0.1)
    torch.testing.assert_close(mapped.norm(dim=1), torch.ones(100))


def test_clouds_count_alike_however_many_of_their_points_have_labels():
    descriptors = torch.nn.functional.normalize(torch.randn(6, 8), dim=1)
    labels = descriptors.clone()
    labels[4:] = -labels[4:]
    labelled = np.array([True, False, True, True, True, False])
    batch = {"labels": [labels.numpy().astype(np.float16)], "labelled": [labelled]}
    first, second = taught(descriptors, [0, 2, 6], batch, "mse")
    assert first.item() == pytest.approx(0.0, abs=1e-5)
    assert second.item() == pytest.approx(4.0 / 3.0, rel=1e-3)
