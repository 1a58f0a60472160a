"""The mixin for `unittest`."""

from collections.abc import Mapping
from typing import Any, ClassVar
from unittest import TestCase

from artifact_emulator.testing.in_process import Emulation, emulate


class EmulationMixin(TestCase):
    """A TestCase each of whose tests has an emulation; `emulation_options` are the arguments of `emulate()`."""

    emulation_options: ClassVar[Mapping[str, Any]] = {}
    emulation: Emulation

    def setUp(self) -> None:
        """Enter an emulation, which ends after the test and its clean-ups."""
        self.emulation = self.enterContext(emulate(**self.emulation_options))
        super().setUp()
