"""What a finished initiative did: estimators, graded by how strong their comparison is."""
