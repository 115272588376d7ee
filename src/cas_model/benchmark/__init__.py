"""The benchmark: time and memory at several sizes, beside plain Mesa and this machine's own bounds."""
