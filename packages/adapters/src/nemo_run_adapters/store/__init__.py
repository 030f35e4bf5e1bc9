"""Experiments and job folders as files of this machine that only their owner can read."""
