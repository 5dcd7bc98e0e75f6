"""`python -m harness inspect`: a phone's screen in the browser, and the files that grow from it."""
