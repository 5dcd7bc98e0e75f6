"""Makes pytest run citizen tasks: `pytest scenarios/`. All of it is in harness/plugin.py."""

pytest_plugins = ("harness.plugin",)
