"""The service: HTTP in front of one distributor. A resource is a file in ``api``; ``routes`` lists them all."""
