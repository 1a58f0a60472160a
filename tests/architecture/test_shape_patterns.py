"""The translation of AWS's patterns: a translated pattern matches the same strings for pydantic's engine."""

import re

import pytest
import regex
from pydantic_core import SchemaValidator, ValidationError, core_schema

from artifact_emulator.aws.shape import Matching
from shapes_generator.models import whole_model
from shapes_generator.patterns import UnknownPatternError, translate

SERVICES = ("organizations", "artifact", "sts", "iam")
"""The services whose requests have patterns; the shaped operation of AWS CloudTrail has none."""


def _patterns() -> list[str]:
    """Return the patterns of the services' models."""
    shapes = [shape for service in SERVICES for shape in whole_model(service)["shapes"].values()]
    return sorted({shape["pattern"] for shape in shapes if "pattern" in shape})


# Characters that dialects treat differently: ASCII, Latin-1, digits, spaces and letters of other scripts, and more.
CHARACTERS = [
    *map(chr, range(0x250)),
    *"\u0663\u0966\u2003\u2028\u2029\u3000\u4e00\ud7ff\ue000\ufffd\U00010000\U0010ffff",
]
ARN = "arn:aws:organizations::123456789012:"
STEMS = (
    "", "a", "aB1", "/a/b/", "a@b.co", "1" * 12, "A" * 20, "v1.a", "my-alias", "my--alias", "https://a.b/c?d=e#f",
    "o-1234567890", "h-12345678", "p-12345678", "r-ab12", "ou-ab12-12345678", "rt-12345678", "rp-1234", "car-12345678",
    "o-1234567890/r-ab12/ou-ab12-12345678/",
    ARN + "account/o-1234567890/123456789012", ARN + "root/o-1234567890/r-ab12",
    ARN + "organization/o-1234567890", ARN + "ou/o-1234567890/ou-ab12-12345678",
    ARN + "handshake/o-1234567890/invite/h-12345678", ARN + "resourcepolicy/o-1234567890/rp-1234",
    ARN + "transfer/o-1234567890/billing/inbound/rt-12345678",
    "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
    "agreement-" + "a1B2" * 4, "customer-agreement-" + "a1B2" * 4, "compliance-inquiry-" + "a1B2" * 4,
    "report-" + "a1B2" * 4, "agreement-token-" + "a1B2" * 6, "nda-token-" + "a1B2" * 6,
    "0f8fad5b-d9cb-469f-a165-70867728950e", "RS256",
)  # fmt: skip
PROBES = sorted({
    *STEMS,
    *CHARACTERS,
    *(f"{start}{stem}{end}" for stem in STEMS for start in ("", "x", "\n") for end in ("", "\n", "!", "|")),
    *(f"{stem[:at]}{c}{stem[at + 1:]}" for stem in STEMS for at in range(len(stem)) for c in "\u0663é\u00a0\u0085"),
    *(f"a{c}{c}b" for c in "&-~[]^|\\"),
})  # fmt: skip


class TestPatterns:
    """Patterns have the same meaning for pydantic's engine as for AWS's."""

    @pytest.mark.parametrize("pattern", _patterns())
    def test_translated_pattern_matches_the_same_strings(self, pattern: str) -> None:
        """A translated pattern matches the same whole strings as the model's pattern."""
        # \p{L} covers all scripts and \w only ASCII; no pattern has both, so that one flag gives AWS's meaning.
        assert not (r"\p{" in pattern and re.search(r"\\[dwsDWS]", pattern))
        flags = 0 if r"\p{" in pattern else regex.ASCII
        reading = regex.compile(pattern.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF"), flags)
        expected = {probe for probe in PROBES if reading.fullmatch(probe)}
        assert expected, "no probe matches"
        assert _matched(pattern) == expected

    def test_only_one_pattern_needs_pythons_engine(self) -> None:
        """Only one pattern has a look-around and needs Python's engine."""
        translated = [(pattern, translate(pattern)) for pattern in _patterns()]
        assert [pattern for pattern, t in translated if t and t.looks_around] == [
            "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
        ]
        assert [pattern for pattern, t in translated if t is None] == [r"[\s\S]*"]

    @pytest.mark.parametrize(
        ("pattern", "translated"),
        [
            (r"^a|b$", r"^(?:a|b)$"),
            (r"^(a|b)$", r"^(a|b)$"),
            (r"[a|b]", r"^[a|b]$"),
            (r"a\$", r"^a\$$"),
            (r"\d[\d\-]", r"^[0-9][0-9\-]$"),
            (r"[\w-.]\/", r"^[A-Za-z0-9_\-.]/$"),
            (r"[^\s]", r"^[^\t\n\v\f\r ]$"),
            (r"[\u0020-\u00FF]", r"^[ -\u00FF]$"),
            (r"\u002F", r"^/$"),
            (r"[a&b]", r"^[a&b]$"),
            (r"[\x21-\x7e]", r"^[!-~]$"),
            (r"\x2E", r"^\.$"),
        ],
    )
    def test_translation_of_anchors_shorthands_and_escapes(self, pattern: str, translated: str) -> None:
        """Anchors enclose the whole pattern, shorthands are ASCII, and escapes are Rust's."""
        result = translate(pattern)
        assert result is not None
        assert result.text == translated

    @pytest.mark.parametrize(
        "pattern",
        [
            r"[a[b]]",
            r"[a&&b]",
            r"[a~~b]",
            r"\bword",
            r"(?i)a",
            r"\1",
            r"[\S]",
            r"\pL",
            r"\p{L",
            r"a\Z",
            r"[a",
            r"\x4",
            r"\xg1",
            r"\u12",
            r"\x{21}",
        ],
    )
    def test_unknown_construct_is_refused(self, pattern: str) -> None:
        """A construct that dialects read differently is refused."""
        with pytest.raises(UnknownPatternError):
            translate(pattern)


def _matched(pattern: str) -> set[str]:
    """Return the probes that a translated pattern matches with its engine."""
    translated = translate(pattern)
    if translated is None:
        return set(PROBES)
    text = translated.text
    if translated.looks_around:
        check = SchemaValidator(core_schema.no_info_after_validator_function(Matching(text), core_schema.str_schema()))
    else:
        check = SchemaValidator(core_schema.str_schema(pattern=text))
    return {probe for probe in PROBES if _accepts(check, probe)}


def _accepts(check: SchemaValidator, probe: str) -> bool:
    try:
        check.validate_python(probe)
    except ValidationError:
        return False
    return True
