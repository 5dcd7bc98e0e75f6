"""A simulated Android phone: deterministic, drawn, and reached over sockets only.

It imports nothing of the harness, and the harness talks to it as to any phone.
"""
