"""Solids as signed distance fields: primitives, lathes and sweeps, and what combines and bends them."""
