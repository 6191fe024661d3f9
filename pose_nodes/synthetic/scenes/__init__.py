"""Scenes of many objects: how they come to rest, how they and the camera move, and exact pictures of them."""
