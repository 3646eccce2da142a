"""A batch: a file of tasks, run over the workers of a fleet. What is shown of it is the command line's business."""
