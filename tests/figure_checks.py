"""What is asked of every figure of a chapter."""

from collections.abc import Callable

from dynconv_lite.course.plots.style import Picture


def check_figures(draw: Callable[[], dict[str, Picture]]) -> None:
    """Assert that figures are the same twice, fit the page and describe themselves in numbers."""
    first, second = draw(), draw()
    for name, drawn in first.items():
        assert drawn.png() == second[name].png(), name
        assert len(drawn.alt) >= 40 and drawn.alt.endswith("."), name
        assert any(character.isdigit() for character in drawn.alt), name
        width, height = drawn.figure.get_size_inches()
        assert width <= 7 and height <= 4, name
