"""The model: columns, the compiled month, and Mesa agents that view them."""
