"""Who is there, how they are and what they hold: one worker table, and a lock around it."""
