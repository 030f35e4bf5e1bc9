"""Tasks as processes of this machine, kept by a supervisor that outlives the launcher."""
