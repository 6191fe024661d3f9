"""Options of the sensor models. Every default means "off": a sensor without options gives what it was given.

Sources: KE = Khoshelham and Elberink, "Accuracy and Resolution of Kinect Depth Data for Indoor Mapping
Applications", Sensors 2012. NIL = Nguyen, Izadi and Lovell, "Modeling Kinect Sensor Noise for Improved 3D
Reconstruction and Tracking", 3DIMPVT 2012. HWMD = Handa, Whelan, McDonald and Davison, "A Benchmark for RGB-D
Visual Odometry, 3D Reconstruction and SLAM", ICRA 2014. TMT = Teichman, Miller and Thrun, "Unsupervised
Intrinsic Calibration of Depth Sensors via SLAM", RSS 2013. FTKE = Foi, Trimeche, Katkovnik and Egiazarian,
"Practical Poissonian-Gaussian Noise Modeling and Fitting for Single-Image Raw-Data", IEEE TIP 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import group, option

HALF_PI = 1.5708


@dataclass(frozen=True)
class RollingConfig:
    """Rows and images that are taken at different times; shows where camera or scene move."""

    readout: float = option(
        0.0, "time from the first row to the last; a data sheet says (our model: linear in the row)",
        unit="s", minimum=0.0, maximum=0.2,
    )  # fmt: skip
    delay: float = option(
        0.0, "time of the first row after the stamp; what parts depth from colour (to be measured)",
        unit="s", minimum=-0.2, maximum=0.2,
    )  # fmt: skip


@dataclass(frozen=True)
class ShadowConfig:
    """What one of the two eyes (projector and camera, or two cameras) does not see."""

    baseline: float = option(
        0.0, "the second eye is this far right, 0 for none; 0.075 in the Kinect (KE), 0.05 in the D435",
        unit="m", minimum=-0.5, maximum=0.5,
    )  # fmt: skip


@dataclass(frozen=True)
class FatteningConfig:
    """Foreground that grows over the background, as a matching window takes the depth of its best texture."""

    radius: float = option(
        0.0, "mean growth, about half the window of block matching or less (measured on recordings)",
        unit="pixels", minimum=0.0, maximum=10.0,
    )  # fmt: skip
    ragged: float = option(
        0.0, "standard deviation of the growth along an edge (measured on recordings)",
        unit="pixels", minimum=0.0, maximum=10.0,
    )  # fmt: skip


@dataclass(frozen=True)
class LateralNoiseConfig:
    """Pixels that show the depth beside their own."""

    constant: float = option(
        0.0, "standard deviation of the place; 0.8 (NIL, Kinect at any range)",
        unit="pixels", minimum=0.0, maximum=5.0,
    )  # fmt: skip
    grazing: float = option(
        0.0, "times a / (pi/2 - a) is added at the angle of incidence a; 0.035 (NIL)",
        unit="pixels", minimum=0.0, maximum=1.0,
    )  # fmt: skip
    length: float = option(
        0.0, "correlation length (our choice: about 1)", unit="pixels", minimum=0.0, maximum=50.0
    )


@dataclass(frozen=True)
class MatchingWindowConfig:
    """Detail that is lost as one depth is found for a window."""

    size: int = option(
        0, "side of the averaged window, 0 for none (our choice)",
        unit="pixels", minimum=0, maximum=31,
    )  # fmt: skip


@dataclass(frozen=True)
class FlyingPixelsConfig:
    """Pixels at an edge with a depth between foreground and background, where neither is."""

    share: float = option(
        0.0, "of the pixels on both sides of an edge (measured on recordings)", minimum=0.0, maximum=1.0
    )


@dataclass(frozen=True)
class DistortionConfig:
    """A smooth error that stays the same from image to image, as calibration leaves it."""

    share: float = option(
        0.0, "standard deviation, share of the depth (a smooth factor is TMT's model; size our choice)",
        minimum=0.0, maximum=0.1,
    )  # fmt: skip
    length: float = option(
        60.0, "correlation length (our choice)", unit="pixels", minimum=1.0, maximum=1000.0
    )
    device: int = option(0, "number of the camera: another number is another pattern", minimum=0)


@dataclass(frozen=True)
class AxialNoiseConfig:
    """Noise along z: constant + quadratic z^2 + grazing a^2 / ((pi/2 - a)^2 sqrt(z)), a the angle of
    incidence."""

    constant: float = option(
        0.0, "standard deviation at any range; 0.0012 at 0.4 m (NIL)", unit="m", minimum=0.0, maximum=0.1
    )
    quadratic: float = option(
        0.0, "standard deviation at 1 m, grows with z^2; 0.001425 (KE), 0.0019 (NIL, from 0.4 m on)",
        unit="1/m", minimum=0.0, maximum=0.1,
    )  # fmt: skip
    grazing: float = option(0.0, "0.0001 (NIL)", unit="m^1.5", minimum=0.0, maximum=0.01)
    length: float = option(
        0.0, "correlation length, 0 for independent pixels (measured on recordings)",
        unit="pixels", minimum=0.0, maximum=50.0,
    )  # fmt: skip
    white: float = option(
        1.0, "share of the variance that is independent from pixel to pixel if there is a length"
        " (measured on recordings)", minimum=0.0, maximum=1.0,
    )  # fmt: skip


@dataclass(frozen=True)
class QuantisationConfig:
    """Steps of disparity and of the unit that depth is stored in."""

    disparity: float = option(
        0.0, "step of the disparity, 0 for none; 1/8 in the Kinect (KE, HWMD)",
        unit="pixels", minimum=0.0, maximum=1.0,
    )  # fmt: skip
    baseline: float = option(
        0.075, "of the disparity; 0.075 in the Kinect (KE)", unit="m", minimum=0.001, maximum=1.0
    )
    unit: float = option(
        0.0, "step of the depth; 0.001 in 16UC1 images (REP 118), 0 for none",
        unit="m", minimum=0.0, maximum=0.1,
    )  # fmt: skip


@dataclass(frozen=True)
class EdgeLossConfig:
    """Missing depth at silhouettes, on the side of the foreground and on that of the background."""

    share: float = option(
        0.0,
        "of the pixels at the very edge of the foreground (measured on recordings)",
        minimum=0.0,
        maximum=1.0,
    )
    width: float = option(
        4.0, "distance at which the share has fallen to 37 % (measured on recordings)",
        unit="pixels", minimum=0.1, maximum=50.0,
    )  # fmt: skip
    back_share: float = option(
        0.0, "the same on the side of the background (measured on recordings)", minimum=0.0, maximum=1.0
    )
    length: float = option(
        1.5, "correlation length of the holes (our choice)", unit="pixels", minimum=0.0, maximum=50.0
    )


@dataclass(frozen=True)
class GrazingHolesConfig:
    """Missing depth on surfaces that are seen at a grazing angle; a logistic function of the angle."""

    share: float = option(
        0.0, "of the pixels at the most grazing angle (measured on recordings)", minimum=0.0, maximum=1.0
    )
    angle: float = option(
        1.2, "angle of incidence with half that share (measured on recordings)",
        unit="rad", minimum=0.0, maximum=HALF_PI,
    )  # fmt: skip
    width: float = option(
        0.1, "over which the share rises (measured on recordings)", unit="rad", minimum=0.001, maximum=HALF_PI
    )
    length: float = option(
        2.0, "correlation length of the holes (our choice)", unit="pixels", minimum=0.0, maximum=50.0
    )


@dataclass(frozen=True)
class MaterialHolesConfig:
    """Missing depth where the material sends too little or too much light back; needs material flags."""

    dark: float = option(0.0, "share missing on dark surfaces (our choice)", minimum=0.0, maximum=1.0)
    shiny: float = option(0.0, "share missing on shiny surfaces (our choice)", minimum=0.0, maximum=1.0)
    highlight: float = option(
        0.0, "share missing in highlights of shiny surfaces (our choice)", minimum=0.0, maximum=1.0
    )
    highlight_angle: float = option(
        0.15,
        "largest angle of incidence of a highlight (our choice)",
        unit="rad",
        minimum=0.0,
        maximum=HALF_PI,
    )
    transparent: float = option(
        0.0, "share missing on transparent surfaces (our choice)", minimum=0.0, maximum=1.0
    )
    length: float = option(
        3.0, "correlation length of the holes (our choice)", unit="pixels", minimum=0.0, maximum=50.0
    )


@dataclass(frozen=True)
class DropoutConfig:
    """Missing depth anywhere."""

    share: float = option(0.0, "of all pixels (measured on recordings)", minimum=0.0, maximum=1.0)
    length: float = option(
        1.0, "correlation length of the holes (our choice)", unit="pixels", minimum=0.0, maximum=50.0
    )


@dataclass(frozen=True)
class RangeConfig:
    """The depth that the sensor gives at all."""

    nearest: float = option(0.0, "nearer is missing (data sheet)", unit="m", minimum=0.0, maximum=10.0)
    farthest: float = option(
        1000.0, "farther is missing (data sheet)", unit="m", minimum=0.01, maximum=1000.0
    )


@dataclass(frozen=True)
class MisalignmentConfig:
    """Depth that is a pixel or two beside the colour it belongs to, as an imperfect calibration leaves it."""

    u: float = option(
        0.0, "shift of the depth to the right (measure it on a recording)",
        unit="pixels", minimum=-20.0, maximum=20.0,
    )  # fmt: skip
    v: float = option(
        0.0, "shift of the depth downwards (measure it on a recording)",
        unit="pixels", minimum=-20.0, maximum=20.0,
    )  # fmt: skip
    jitter: float = option(
        0.0, "standard deviation of both from image to image (our choice)",
        unit="pixels", minimum=0.0, maximum=5.0,
    )  # fmt: skip


@dataclass(frozen=True)
class DepthSensorConfig:
    """All effects of a depth camera, in the order in which they act."""

    rolling: RollingConfig = group(RollingConfig, "rows and images taken at different times")
    shadow: ShadowConfig = group(ShadowConfig, "what the second eye does not see")
    fattening: FatteningConfig = group(FatteningConfig, "foreground grown over background")
    lateral_noise: LateralNoiseConfig = group(LateralNoiseConfig, "depth from beside the pixel")
    matching_window: MatchingWindowConfig = group(MatchingWindowConfig, "lost detail")
    flying_pixels: FlyingPixelsConfig = group(FlyingPixelsConfig, "depth between foreground and background")
    distortion: DistortionConfig = group(DistortionConfig, "smooth error of the calibration")
    axial_noise: AxialNoiseConfig = group(AxialNoiseConfig, "noise along z")
    edge_loss: EdgeLossConfig = group(EdgeLossConfig, "holes at silhouettes")
    grazing_holes: GrazingHolesConfig = group(GrazingHolesConfig, "holes at grazing angles")
    material_holes: MaterialHolesConfig = group(MaterialHolesConfig, "holes on difficult materials")
    dropout: DropoutConfig = group(DropoutConfig, "holes anywhere")
    range: RangeConfig = group(RangeConfig, "nearest and farthest depth")
    quantisation: QuantisationConfig = group(QuantisationConfig, "steps of disparity and depth")
    misalignment: MisalignmentConfig = group(MisalignmentConfig, "depth beside its colour")


@dataclass(frozen=True)
class BlurConfig:
    """Defocus, and motion during the exposure."""

    defocus: float = option(
        0.0, "standard deviation of a Gaussian point spread (our choice)",
        unit="pixels", minimum=0.0, maximum=20.0,
    )  # fmt: skip
    motion: float = option(
        0.0, "largest length of the path of a point; length and direction are drawn (our choice)",
        unit="pixels", minimum=0.0, maximum=50.0,
    )  # fmt: skip


@dataclass(frozen=True)
class ExposureConfig:
    """Brightness and tint that an automatic exposure and white balance leave."""

    stops: float = option(
        0.0, "mean change of the exposure, doubling by each (our choice)",
        unit="EV", minimum=-5.0, maximum=5.0,
    )  # fmt: skip
    stops_spread: float = option(
        0.0, "its standard deviation from image to image (our choice)", unit="EV", minimum=0.0, maximum=3.0
    )
    tint: float = option(
        0.0, "standard deviation of the logarithm of the gain of each channel (our choice)",
        minimum=0.0, maximum=0.5,
    )  # fmt: skip


@dataclass(frozen=True)
class ColorNoiseConfig:
    """Variance read^2 + shot x of linear intensity x in 0..1 (FTKE)."""

    read: float = option(0.0, "standard deviation in the dark (our choice)", minimum=0.0, maximum=0.5)
    shot: float = option(
        0.0, "variance of full intensity beyond that (our choice)", minimum=0.0, maximum=0.25
    )


@dataclass(frozen=True)
class ColorSensorConfig:
    """All effects of a colour camera, in the order in which they act."""

    rolling: RollingConfig = group(RollingConfig, "rows and images taken at different times")
    blur: BlurConfig = group(BlurConfig, "defocus and motion")
    exposure: ExposureConfig = group(ExposureConfig, "brightness and tint")
    noise: ColorNoiseConfig = group(ColorNoiseConfig, "noise of light and electronics")
