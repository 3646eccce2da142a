"""The nouns: immutable values that refer to nothing above them."""
