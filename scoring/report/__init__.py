"""The report: pages of a run that open from the disk, in two languages, and print well.

Pages are made once, from the records; nothing in them asks any address. Whatever an App
has said is data in them, never markup.
"""
