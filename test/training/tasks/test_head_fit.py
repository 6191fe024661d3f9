"""A student that has learnt before begins near its labels."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")

from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork
from training.clouds.labelled_samples import LabelledSample
from training.tasks.head_fit import fit_head, least_squares
from training.tasks.students import run_student

POINTS = 150


def student_of(backbone: str) -> DescriptorNetwork:
    torch.manual_seed(0)
    return DescriptorNetwork(DescriptorConfig(backbone=backbone, dimension=8)).train()


def sample_of(index: int, labels_of) -> LabelledSample:
    rng = np.random.default_rng(index)
    points = rng.normal(scale=0.3, size=(2 * POINTS, 3)).astype(np.float32)
    normals = points / np.linalg.norm(points, axis=1, keepdims=True)
    ends = np.array([POINTS, 2 * POINTS])
    blank = LabelledSample(
        points, normals, ends, np.zeros((2 * POINTS, 8), np.float16), rng.random(2 * POINTS) < 0.8
    )
    labels = labels_of(described(labels_of.network, blank)).astype(np.float16)
    labels[~blank.labelled] = 7.0  # no label, so that it must not count
    return LabelledSample(points, normals, ends, labels, blank.labelled)


@torch.no_grad()
def described(network: DescriptorNetwork, sample: LabelledSample) -> np.ndarray:
    batch = {"points": [sample.points], "normals": [sample.normals], "offsets": [sample.offsets]}
    was_training = network.training
    found = run_student(network.eval(), batch, torch.device("cpu"))[0].numpy()
    network.train(was_training)
    return found


class OtherPlaces:
    """Labels that say what another copy of the student says, elsewhere on the sphere."""

    def __init__(self) -> None:
        self.network = student_of("tiny")
        self.turn = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0]

    def __call__(self, descriptors: np.ndarray) -> np.ndarray:
        return descriptors @ self.turn


class Samples:
    def __getitem__(self, index: int) -> LabelledSample:
        return sample_of(index, self.labels)

    labels = OtherPlaces()


def error(network: DescriptorNetwork, sample: LabelledSample) -> float:
    gaps = described(network, sample) - sample.labels
    return float(np.linalg.norm(gaps[sample.labelled], axis=1).mean())


def test_labels_that_are_the_students_own_elsewhere_are_met_on_samples_that_were_not_fitted():
    student, unseen = student_of("tiny"), Samples()[1000]
    before = error(student, unseen)
    fit_head(student, Samples())
    assert student.training
    assert error(student, unseen) < 0.1 * before


def test_the_published_network_has_no_last_layer_to_fit_and_is_left_as_it_is():
    student = DescriptorNetwork(DescriptorConfig(backbone="base", dimension=32))
    before = {name: value.sum().item() for name, value in student.state_dict().items()}
    fit_head(student, Samples())
    assert {name: value.sum().item() for name, value in student.state_dict().items()} == before


def test_least_squares_finds_a_linear_map_with_its_shift():
    rng = np.random.default_rng(0)
    matrix, shift, known = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=(50, 4))
    found = least_squares(known, known @ matrix.T + shift)
    np.testing.assert_allclose(found[0], matrix, atol=1e-9)
    np.testing.assert_allclose(found[1], shift, atol=1e-9)
