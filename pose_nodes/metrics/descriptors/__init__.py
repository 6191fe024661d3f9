"""How well local descriptors match points: RON, FMR, and what symmetric objects make of them."""
