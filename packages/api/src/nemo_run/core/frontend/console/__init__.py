"""Output on terminals."""
