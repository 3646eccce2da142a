"""What is learned of each worker at each type of task, and of each strategy's advice."""
