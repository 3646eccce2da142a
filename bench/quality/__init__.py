"""The scenarios on which strategies are judged, and what runs them."""
