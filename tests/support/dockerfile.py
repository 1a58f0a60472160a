"""A parser of the Dockerfile."""

import json
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Image:
    """The instructions of the Dockerfile, or of another one, by stage."""

    def __init__(self, text: str | None = None) -> None:
        text = (ROOT / "Dockerfile").read_text() if text is None else text
        lines = [line for line in text.replace("\\\n", "").splitlines() if line and not line.startswith("#")]
        self.instructions = [tuple(line.split(maxsplit=1)) for line in lines]
        starts = [number for number, (word, _) in enumerate(self.instructions) if word == "FROM"]
        self.build, self.final = self.instructions[: starts[-1]], self.instructions[starts[-1] :]

    def of(self, word: str) -> list[str]:
        """Return the arguments of an instruction, for each time it occurs in the final stage."""
        return [rest for instruction, rest in self.final if instruction == word]

    def list_of(self, word: str) -> list[str]:
        """Return the arguments of an instruction in exec form."""
        (rest,) = self.of(word)
        words: list[str] = json.loads(rest)
        return words

    @property
    def health_check(self) -> list[str]:
        """The command of the health check."""
        (rest,) = self.of("HEALTHCHECK")
        words: list[str] = json.loads(rest.partition("CMD ")[2])
        return words

    def copied(self) -> list[tuple[str, str]]:
        """Return the sources and targets that the build stage copies from the repository."""
        pairs = []
        for word, rest in self.build:
            if word == "COPY":
                *sources, target = shlex.split(rest)
                pairs += [(source, target) for source in sources]
        return pairs
