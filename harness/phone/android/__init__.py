"""Android around the simulated phone: adb, its shell, and the on-device UiAutomator2 server."""
