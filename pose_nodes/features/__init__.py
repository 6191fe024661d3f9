"""Local descriptors of point clouds."""
