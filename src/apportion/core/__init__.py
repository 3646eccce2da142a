"""The decision core: pure functions and small machines of memory; values in, values out."""
