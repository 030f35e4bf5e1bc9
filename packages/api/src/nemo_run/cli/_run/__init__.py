"""Run commands: a function as a command with options, overrides, a preview and a question."""
