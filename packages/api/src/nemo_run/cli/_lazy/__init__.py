"""Tasks that are named now and imported later.

The public names are those of ``nemo_run.cli.lazy``.
"""
