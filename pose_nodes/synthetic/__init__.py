"""Synthetic RGB-D data with exact ground truth: objects, scenes, and what a depth camera makes of them."""
