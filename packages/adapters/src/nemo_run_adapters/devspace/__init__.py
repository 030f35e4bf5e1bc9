"""Places to work in: an SSH server that lets only its owner in."""
