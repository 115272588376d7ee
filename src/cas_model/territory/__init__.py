"""Real territory, synthetic population and supply."""
