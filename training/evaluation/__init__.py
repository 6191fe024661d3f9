"""How good what was trained is, beside what was there before."""
