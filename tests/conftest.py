"""Fixtures of all tests."""

import signal

from hypothesis import settings

pytest_plugins = ("pytester",)

# Started in the background, a shell lets its command ignore Ctrl-C, and so would all that the
# tests start, some of them to be ended by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# On a busy machine an example takes its time; what must be fast is timed by a test of its own.
settings.register_profile("zhangce", deadline=None)
settings.load_profile("zhangce")
