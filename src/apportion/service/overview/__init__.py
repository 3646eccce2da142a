"""What whoever is on call looks at first: counted as things happen, so that looking costs next to nothing."""
