"""What tests of the plugin need."""

from __future__ import annotations

pytest_plugins = ["pytester"]
