"""Students that differ in their supervision and their loss alone."""
