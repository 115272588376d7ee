"""Calibration: which parameter sets agree with published figures, and what they leave open."""
