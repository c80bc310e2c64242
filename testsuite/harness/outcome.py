"""How a test ends."""

SKIPPED_STATUS = 77


class Failed(Exception):
    """The behaviour is not as it should be; the text says what was seen and what was expected."""


class Skipped(Exception):
    """The test cannot run on this machine; the text says why."""


def expect(condition, text):
    if not condition:
        raise Failed(text)


def expect_equal(seen, expected, what):
    if seen != expected:
        raise Failed(f"{what}: saw {seen!r}, expected {expected!r}")
