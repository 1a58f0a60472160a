"""The Dockerfile, read instruction by instruction."""

import json
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Image:
    """What the Dockerfile says, instruction by instruction."""

    def __init__(self) -> None:
        text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        self.instructions = [tuple(line.split(maxsplit=1)) for line in lines]
        starts = [number for number, (word, _) in enumerate(self.instructions) if word == "FROM"]
        self.build, self.final = self.instructions[: starts[-1]], self.instructions[starts[-1] :]

    def of(self, word: str) -> list[str]:
        """Give what every such instruction of the final stage says."""
        return [rest for instruction, rest in self.final if instruction == word]

    def list_of(self, word: str) -> list[str]:
        """Give the words of an instruction in exec form."""
        (rest,) = self.of(word)
        words: list[str] = json.loads(rest)
        return words

    @property
    def health_check(self) -> list[str]:
        """The command that Docker asks for the container's health."""
        (rest,) = self.of("HEALTHCHECK")
        words: list[str] = json.loads(rest.partition("CMD ")[2])
        return words

    def copied(self) -> list[tuple[str, str]]:
        """Pair what the build stage copies from the tree with where it goes."""
        pairs = []
        for word, rest in self.build:
            if word == "COPY":
                *sources, target = shlex.split(rest)
                pairs += [(source, target) for source in sources]
        return pairs
