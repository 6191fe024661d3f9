"""Pose estimators: one protocol, a cold start from a segment and a warm update in every frame."""
