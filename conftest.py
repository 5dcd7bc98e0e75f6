"""Makes pytest run citizen tasks: `pytest scenarios/`. All of it is in harness/plugin/."""

pytest_plugins = (
    "harness.plugin.options",
    "harness.plugin.tasks",
    "harness.plugin.session",
    "harness.plugin.workers",
)
