"""The instruments: numbers from data, no money decisions, no files, no plots."""
