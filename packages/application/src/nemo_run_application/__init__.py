"""Use cases of nemo_run and the ports they need."""
