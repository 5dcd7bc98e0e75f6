"""What can be seen on an App's screens without a task: contrast, targets, labels, content."""
