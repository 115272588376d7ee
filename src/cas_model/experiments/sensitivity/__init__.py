"""Sensitivity experiments: factors, designs, a store that survives a cut, indices of every outcome."""
