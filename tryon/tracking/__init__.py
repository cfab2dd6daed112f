"""MLflow, in one place: runs that can be compared, a registry whose every move is on record."""
