"""Sensor models of two kinds of depth cameras, fitted to recordings, and of a colour camera."""

from __future__ import annotations

from pose_nodes.synthetic.sensor import config as c


def structured_light() -> c.DepthSensorConfig:
    """A structured-light camera at short range, fitted to the bundled recording of the bunny.

    Its depth is smooth to a step of a millimetre, ends some pixels before each silhouette, and has large
    holes on slopes.
    """
    return c.DepthSensorConfig(
        shadow=c.ShadowConfig(baseline=0.075),
        matching_window=c.MatchingWindowConfig(size=5),
        axial_noise=c.AxialNoiseConfig(quadratic=0.0006, length=2.5, white=0.1),
        lateral_noise=c.LateralNoiseConfig(constant=0.35, length=1.0),
        distortion=c.DistortionConfig(share=0.0035, length=60.0),
        edge_loss=c.EdgeLossConfig(share=0.8, width=8.0, back_share=0.3, length=8.0),
        grazing_holes=c.GrazingHolesConfig(share=0.78, angle=1.01, width=0.12, length=8.0),
        material_holes=c.MaterialHolesConfig(dark=0.6, shiny=0.3, highlight=0.8, transparent=0.95),
        dropout=c.DropoutConfig(share=0.005, length=4.0),
        quantisation=c.QuantisationConfig(unit=0.001),
    )


def realsense() -> c.DepthSensorConfig:
    """An active stereo camera, fitted to a recording of a hand-held RealSense at half a metre.

    Its foreground is fat and ragged, its noise correlated over several pixels; it has few holes but the
    shadow of its baseline.
    """
    return c.DepthSensorConfig(
        shadow=c.ShadowConfig(baseline=0.05),
        fattening=c.FatteningConfig(radius=2.5, ragged=2.2),
        matching_window=c.MatchingWindowConfig(size=7),
        flying_pixels=c.FlyingPixelsConfig(share=0.1),
        axial_noise=c.AxialNoiseConfig(quadratic=0.0048, length=3.0, white=0.15),
        distortion=c.DistortionConfig(share=0.0022, length=8.0),
        edge_loss=c.EdgeLossConfig(share=0.12, width=3.0, back_share=0.3, length=4.0),
        grazing_holes=c.GrazingHolesConfig(share=0.2, angle=1.4, width=0.05),
        material_holes=c.MaterialHolesConfig(dark=0.1, shiny=0.2, highlight=0.5, transparent=0.7),
        dropout=c.DropoutConfig(share=0.001, length=1.0),
        quantisation=c.QuantisationConfig(unit=0.001),
    )


def color_camera() -> c.ColorSensorConfig:
    """A small colour camera indoors; every figure is our choice."""
    return c.ColorSensorConfig(
        rolling=c.RollingConfig(readout=0.015),
        blur=c.BlurConfig(defocus=0.6, motion=3.0),
        exposure=c.ExposureConfig(stops_spread=0.4, tint=0.05),
        noise=c.ColorNoiseConfig(read=0.004, shot=0.0004),
    )
