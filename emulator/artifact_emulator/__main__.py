"""`python -m artifact_emulator`."""

import sys

from artifact_emulator.cli.main import main

sys.exit(main())
