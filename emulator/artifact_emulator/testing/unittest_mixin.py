"""The mixin for `unittest`."""

from collections.abc import Mapping
from typing import Any, ClassVar
from unittest import TestCase, TestResult

from artifact_emulator.testing.emulated_classes import entered_in_set_up
from artifact_emulator.testing.in_process import Emulation, EmulationContext, emulate


class EmulationMixin(TestCase):
    """A TestCase each of whose tests has an emulation; `emulation_options` are the arguments of `emulate()`.

    The emulation begins before `setUp`, whether or not that calls the one of its base, and ends after the clean-ups.
    """

    emulation_options: ClassVar[Mapping[str, Any]] = {}
    emulation: Emulation

    def run(self, result: TestResult | None = None) -> TestResult | None:
        """Run the test in an emulation."""
        with entered_in_set_up(self, self._emulate):
            return super().run(result)

    def debug(self) -> None:
        """Run the test in an emulation without collecting its result."""
        with entered_in_set_up(self, self._emulate):
            super().debug()

    def _emulate(self) -> EmulationContext:
        return emulate(**self.emulation_options)
