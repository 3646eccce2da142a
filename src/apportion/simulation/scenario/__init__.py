"""What a scenario is made of: plain values that refuse what makes no sense."""
