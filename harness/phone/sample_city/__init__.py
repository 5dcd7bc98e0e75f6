"""样例市民云: the government App that the simulated phone ships with.

A fictional App of a fictional city, in three editions: well kept, cluttered,
troubled. What is wrong with an edition is listed in `plants`, and nowhere else.
"""
