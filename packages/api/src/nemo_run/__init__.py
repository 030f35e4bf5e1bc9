"""Configure a task once, run it anywhere."""
