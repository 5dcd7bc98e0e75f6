"""Fixtures of all tests."""

from hypothesis import settings

pytest_plugins = ("pytester",)

# On a busy machine an example takes its time; what must be fast is timed by a test of its own.
settings.register_profile("zhangce", deadline=None)
settings.load_profile("zhangce")
