"""What is measured, in one table, and counted from what happened. Who shows it is no matter of this room."""
