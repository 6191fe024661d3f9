"""Procedural objects: signed distance fields, their meshes, generic families and household categories."""
