"""Workers kept ready: indexed between calls, so that choosing among ten thousand costs what choosing among ten does."""
