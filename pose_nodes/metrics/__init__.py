"""Errors of poses, and their statistics over a recording."""
