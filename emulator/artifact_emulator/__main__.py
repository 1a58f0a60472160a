"""`python -m artifact_emulator`."""

import sys

from artifact_emulator.cli import main

sys.exit(main())
