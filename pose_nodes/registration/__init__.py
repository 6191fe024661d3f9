"""Matching, registration and verification of poses."""
