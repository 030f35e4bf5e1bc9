"""Words of a command line, and what they do to a configuration."""
