"""Rigid motions, pinhole cameras, point clouds, symmetry groups and boxes."""
