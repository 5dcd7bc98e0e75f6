"""Asks and observes: loads citizen tasks, drives a phone, times each step, keeps the evidence."""
