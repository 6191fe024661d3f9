"""Losses, against values made by hand and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")

from training.clouds.relations import ALIKE, APART, NEITHER
from training.losses.distillation import ALPHA, BETA, DELTA, LOSSES, distillation_loss
from training.losses.hardest import chamfer, hardest_contrastive
from training.losses.matching import matching_loss
from training.losses.softmax import softmax_contrastive


def unit(*angles: float):
    return torch.tensor([[math.cos(angle), math.sin(angle)] for angle in angles])


@pytest.mark.parametrize(
    ("kind", "inside", "at", "outside"),
    [
        ("eq1", 8 * 0.04, 0.72, 0.2 * 1.5 + 0.66),
        ("eq2", 8 * 0.04, 0.72, 0.72),
        ("mse", 0.04, 0.09, 2.25),
        ("huber", 0.02, 0.045, 0.3 * 1.35),
    ],
)
def test_distillation_losses_have_the_values_of_the_paper(kind, inside, at, outside):
    found = LOSSES[kind](torch.tensor([0.2, 0.3, 1.5]))
    np.testing.assert_allclose(found, [inside, at, outside], rtol=1e-5)


@pytest.mark.parametrize("kind", list(LOSSES))
def test_distillation_losses_are_zero_at_the_label_continuous_and_never_fall(kind):
    distances = torch.linspace(0.0, 2.0, 4001)
    values = LOSSES[kind](distances)
    assert values[0] == 0.0 and (values.diff() >= -1e-6).all() and values.diff().max() < 0.005


def test_the_slope_of_eq_1_drops_at_delta():
    distances = torch.tensor([DELTA - 1e-3, DELTA + 1e-3], requires_grad=True)
    (slopes,) = torch.autograd.grad(LOSSES["eq1"](distances).sum(), distances)
    np.testing.assert_allclose(slopes, [2 * ALPHA * (DELTA - 1e-3), BETA], rtol=1e-4)


def test_only_points_with_a_label_count():
    descriptors = unit(0.0, 0.0, 0.0).requires_grad_()
    labels, labelled = unit(0.1, 2.0, 0.0), torch.tensor([True, False, True])
    loss = distillation_loss(descriptors, labels, labelled, "mse")
    assert loss.item() == pytest.approx(0.5 * (2 * math.sin(0.05)) ** 2, rel=1e-4)
    loss.backward()
    assert torch.isfinite(descriptors.grad).all() and (descriptors.grad[1] == 0).all()
    nothing = distillation_loss(unit(0.0), unit(1.0), torch.tensor([False]), "eq1")
    assert nothing.item() == 0.0


def test_the_matching_loss_is_the_negative_logarithm_of_the_probability_of_a_right_match():
    anchors, others = unit(0.0, 1.0), unit(0.1, 0.2, 1.0, 2.0)
    relation = torch.tensor([[ALIKE, ALIKE, NEITHER, APART], [APART, APART, APART, APART]], dtype=torch.int8)
    found = matching_loss(anchors, others, relation, temperature=0.5)
    weights = [math.exp(math.cos(angle) / 0.5) for angle in (0.1, 0.2, 2.0)]
    assert found.loss.item() == pytest.approx(-math.log(sum(weights[:2]) / sum(weights)), rel=1e-5)
    assert (found.anchors, found.right.item()) == (1, 1)


def test_a_neighbour_that_is_neither_is_no_wrong_match():
    relation = torch.tensor([[ALIKE, NEITHER, APART]], dtype=torch.int8)
    found = matching_loss(unit(0.0), unit(0.3, 0.0, 2.0), relation, 0.1)
    assert found.right.item() == 1
    relation = torch.tensor([[ALIKE, APART, APART]], dtype=torch.int8)
    assert matching_loss(unit(0.0), unit(0.3, 0.0, 2.0), relation, 0.1).right.item() == 0


def test_hardest_contrastive_takes_the_nearest_that_is_far_enough_away():
    angles, turned = [0.0, 0.5, 2.5], [0.2, 0.55, 2.4]
    apart = ~torch.eye(3, dtype=torch.bool)
    apart[0, 1] = apart[1, 0] = False
    found = hardest_contrastive(unit(*angles), unit(*turned), apart)
    distance = np.array([[2 * math.sin(abs(a - b) / 2) for b in turned] for a in angles])
    near = np.mean([max(0.0, distance[i, i] - 0.1) ** 2 for i in range(3)])
    far = 0.0
    for table in (np.where(apart, distance, np.inf), np.where(apart, distance, np.inf).T):
        far += 0.5 * np.mean([max(0.0, 1.4 - row.min()) ** 2 for row in table])
    assert found.near.item() == pytest.approx(near, rel=1e-3)
    assert found.far.item() == pytest.approx(far, rel=1e-3)
    assert found.right.item() == 1.0


def test_where_nothing_is_apart_nothing_is_pushed():
    first = unit(0.0, 1.0).requires_grad_()
    found = hardest_contrastive(first, unit(0.0, 1.0), torch.zeros(2, 2, dtype=torch.bool))
    found.total.backward()
    assert found.far.item() == 0.0 and torch.isfinite(first.grad).all()


def test_chamfer_is_that_of_plain_loops():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 3, 5)), rng.normal(size=(2, 3, 7))
    wanted = []
    for one, other in zip(first, second, strict=True):
        squares = ((one[:, :, None] - other[:, None]) ** 2).sum(axis=0)
        wanted.append(squares.min(axis=1).mean() + squares.min(axis=0).mean())
    found = chamfer(torch.from_numpy(first), torch.from_numpy(second))
    assert found.item() == pytest.approx(np.mean(wanted), rel=1e-4)
    assert chamfer(torch.from_numpy(first), torch.from_numpy(first[:, :, ::-1].copy())).item() < 1e-5


def test_the_softmax_of_patches_is_that_of_pairs_and_of_what_is_apart():
    first, second = unit(0.0, 1.0, 2.0), unit(0.1, 1.2, 2.5)
    apart = torch.tensor([[False, True, False], [True, False, True], [False, True, False]])
    found = softmax_contrastive(first, second, apart, temperature=0.5)
    turns = ((0.0, 1.0, 2.0), (0.1, 1.2, 2.5))
    losses = []
    for ours, theirs in (turns, turns[::-1]):
        for i, angle in enumerate(ours):
            weights = [
                math.exp(math.cos(angle - other) / 0.5) if i == j or bool(apart[i, j]) else 0.0
                for j, other in enumerate(theirs)
            ]
            losses.append(-math.log(weights[i] / sum(weights)))
    assert found.total.item() == pytest.approx(sum(losses) / 6, rel=1e-5)
    assert found.right.item() == 1.0


def test_patches_with_nothing_to_be_told_from_cost_nothing_and_have_gradients():
    first = unit(0.0, 1.0).requires_grad_()
    found = softmax_contrastive(first, unit(0.3, 0.9), torch.zeros(2, 2, dtype=torch.bool), 0.05)
    found.total.backward()
    assert found.total.item() == 0.0 and (first.grad == 0).all()


def nearly_alike(seed: int, noise: float, shape: tuple[int, ...]):
    generator = torch.Generator().manual_seed(seed)
    first = torch.randn(shape, generator=generator)
    second = first + noise * torch.randn(shape, generator=generator)
    return first, second


def descriptors(seed: int = 0):
    first, second = nearly_alike(seed, 0.02, (40, 32))
    return torch.nn.functional.normalize(first, dim=1), torch.nn.functional.normalize(second, dim=1)


@pytest.mark.parametrize(
    "loss",
    [
        lambda: matching_loss(*descriptors(), ALIKE * torch.eye(40, dtype=torch.int8), 0.05).loss,
        lambda: softmax_contrastive(*descriptors(), ~torch.eye(40, dtype=torch.bool), 0.05).far,
        lambda: hardest_contrastive(*descriptors(), ~torch.eye(40, dtype=torch.bool)).total,
        lambda: chamfer(*nearly_alike(0, 0.003, (4, 3, 60))),
    ],
    ids=["matching", "softmax", "hardest", "chamfer"],
)
def test_losses_are_those_of_single_precision_in_mixed_precision_too(loss):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = loss()
    assert mixed.dtype == torch.float32 and loss().item() > 0.0
    assert mixed.item() == pytest.approx(loss().item(), rel=1e-5, abs=0.0)
