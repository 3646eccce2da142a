"""What no strategy can do better, whatever it knows."""
