"""The audit trail over what the database writes down itself: chain, proof, histories, readings, openings."""
