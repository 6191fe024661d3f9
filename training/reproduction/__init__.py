"""The tables of published papers beside what is measured here."""
