"""Training of the models that ``pose_nodes`` runs: ``python -m training``.

Data, augmentations, losses, a harness that they share, one task a model, and evaluations. Nothing here is
needed to run a trained model: ``pose_nodes`` never imports it.
"""
