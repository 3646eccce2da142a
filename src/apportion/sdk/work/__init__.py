"""What a remote worker is made of: it registers, claims, runs, reports, and gives up what is not its own any more."""
