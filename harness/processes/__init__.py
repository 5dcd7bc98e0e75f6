"""Starts and stops what the harness needs beside itself; leaves no process behind."""
