"""Jobs that live in this process, with endings that the user scripts: for tests of pipelines."""
