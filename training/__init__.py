"""Training of the models that ``pose_nodes`` runs.

Datasets, augmentations and losses, one task for each system (descriptors, category-level and
generative pose estimators, the detector), diagnostics and the reports that reproduce published
tables will live here. Nothing here is needed to run a trained model: ``pose_nodes`` never imports it.
"""
