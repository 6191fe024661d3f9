"""What every training has in common: steps, checkpoints, curves, validation, and going on where it ended."""
