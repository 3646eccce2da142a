"""The recorded decisions of a run, played again under other strategies."""
