"""Calibration: what a point of satisfaction goes with, in regressions that finance can rerun."""
