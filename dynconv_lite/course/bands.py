"""Numbers that differ a little between machines, printed with the band they must lie in."""


def within(value: float, low: float, high: float) -> str:
    """Return a number with the band that every machine should reach.

    Floating-point sums run in another order on another processor, and training amplifies the
    difference. So a trained result is stated with a band, and a result outside it is an error.

    Args:
        value: what was measured.
        low: smallest value expected on any machine.
        high: largest.

    Raises:
        ValueError: if the value lies outside the band.
    """
    if not low <= value <= high:
        raise ValueError(f"value {value:.4g} lies outside the expected band, {low:g} to {high:g}")
    return f"{value:.3f} (expected: {low:g} to {high:g})"
