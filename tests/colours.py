"""Contrast of two colours by WCAG 2.2, and colours mixed as a translucent layer mixes them."""


def parts(color: str) -> tuple[float, float, float]:
    """Red, green and blue of #rrggbb as shares."""
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(below: str, above: str, opacity: float) -> str:
    """The colour of `above` at an opacity over `below`."""
    pairs = zip(parts(below), parts(above), strict=True)
    return "#" + "".join(f"{round(255 * (low * (1 - opacity) + high * opacity)):02x}" for low, high in pairs)
