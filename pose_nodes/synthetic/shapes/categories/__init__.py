"""Household categories of the pose benchmarks, in their canonical frames."""
