"""Shell completion for bash, zsh and fish, of ``nemorun`` and of scripts that call ``run.cli.main``.

A script in the shell starts the program itself with ``NEMORUN_COMPLETE`` in the environment; the
program then prints what may follow, and runs nothing.
"""
