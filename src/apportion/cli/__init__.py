"""The command line: a file a command, registered with a line in `app`."""
