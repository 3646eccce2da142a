"""What the answers of a service look like on a terminal. Everything in them is hostile until it is made plain."""
