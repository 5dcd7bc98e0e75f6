"""`pytest scenarios/`: the one folder that knows pytest, and pytest-xdist."""
