"""Depth images of meshes, and pictures for people."""
