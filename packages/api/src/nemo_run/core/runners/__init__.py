"""Programs that run tasks."""
