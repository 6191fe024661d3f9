"""Options of the instance estimator. Lengths "in diameters" are those of clouds normalised by the object's
diameter."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import group, option
from pose_nodes.estimators.image_cue import ImageCueConfig
from pose_nodes.estimators.rim_cue import RimCueConfig
from pose_nodes.features.choice import AUTO, NAMES
from pose_nodes.features.patch_encoder import NAME as FUSED
from pose_nodes.features.visual_config import VisualConfig
from pose_nodes.registration.proposals import LIBRARIES
from pose_nodes.registration.verification import DepthTolerance


@dataclass(frozen=True)
class CloudConfig:
    """From masked depth to a cloud."""

    mask_erosion: int = option(
        1, "rim of the mask that is not used, as depth mixes there", unit="pixels", minimum=0, maximum=20
    )
    points: int = option(
        4000, "points of the scene and of the model (dGeDi: 4,000)", minimum=100, maximum=20000
    )
    fewest_points: int = option(
        150, "clean points in a segment, below which no pose is looked for", minimum=20, maximum=4000
    )
    normal_radius: float = option(
        0.06, "neighbourhood of a normal", unit="diameters", minimum=0.01, maximum=0.5
    )


@dataclass(frozen=True)
class RansacConfig:
    """Poses from correspondences of local descriptors."""

    feature_radius: float = option(
        0.3, "neighbourhood of a descriptor", unit="diameters", minimum=0.05, maximum=1.0
    )
    runs: int = option(
        2, "searches; of open3d by turns over mutual and all matches; 0 for none", minimum=0, maximum=20
    )
    keep: int = option(
        8, "different poses that one run may propose (native; open3d: 1)", minimum=1, maximum=100
    )
    iterations: int = option(
        100_000, "triplets that one run tries (dGeDi: 100,000)", minimum=100, maximum=10_000_000
    )
    distance: float = option(
        0.03, "largest distance of an inlier (dGeDi: 0.03)", unit="diameters", minimum=0.005, maximum=0.2
    )
    score: str = option(
        "auto",
        "what an inlier adds to a pose (native): one, or the cosine of its descriptors as in FreeZeV2; auto: "
        "the latter with the features fused",
        choices=("auto", "count", "cosine"),
    )


@dataclass(frozen=True)
class ViewSearchConfig:
    """Poses from the segment alone: orientations tried one by one, moved to the segment."""

    orientations: int = option(
        600, "tried over all rotations, fewer for symmetric objects; 0 for none", minimum=0, maximum=20000
    )
    keep: int = option(24, "of them that are refined", minimum=1, maximum=500)
    pixels: int = option(600, "on which one is compared with the depth image", minimum=100, maximum=20000)
    tolerance: float = option(
        0.15, "of depth, as the orientations are coarse", unit="diameters", minimum=0.02, maximum=1.0
    )


@dataclass(frozen=True)
class RefinementConfig:
    """Points of the segment are registered to the object's surface."""

    reach: float = option(
        0.1, "of the points from the surface, at first", unit="diameters", minimum=0.01, maximum=0.5
    )
    screening_points: int = option(1000, "points while many poses are refined", minimum=100, maximum=20000)
    finalists: int = option(3, "different poses that are refined to the end", minimum=2, maximum=50)


@dataclass(frozen=True)
class LookAlikeConfig:
    """Poses of one object that the shape hardly tells apart, or not at all."""

    told_by: str = option(
        "auto",
        "what tells them apart in cold starts; shape: depth, of turns that lay the surface nearly onto "
        "itself; image: moreover, of those that the declared symmetry allows, the one that looks most like "
        "the image; auto: image with the features fused, else off",
        choices=("auto", "off", "shape", "image"),
    )
    rotations: int = option(
        600, "over all orientations, by which such turns are sought", minimum=50, maximum=20000
    )
    chamfer: float = option(
        0.01, "mean distance of the turned surface from the surface", unit="diameters", minimum=0.0005,
        maximum=0.1,
    )  # fmt: skip


@dataclass(frozen=True)
class WarmConfig:
    """Following a pose from frame to frame."""

    pixels: int = option(
        5000, "grid over the object that is rendered and compared", minimum=200, maximum=50000
    )
    points: int = option(1200, "of them that are registered", minimum=100, maximum=20000)
    reach: float = option(
        0.1,
        "largest distance to the surface that a frame may move it by",
        unit="diameters",
        minimum=0.02,
        maximum=0.5,
    )
    least_reach: float = option(
        0.02, "of small objects, which do not move less for being small", unit="m", minimum=0.0, maximum=0.5
    )


@dataclass(frozen=True)
class BiasConfig:
    """Errors that frames do not average out: standard deviations."""

    pixels: float = option(
        0.65, "of depth against the image that poses are told in", unit="pixels", minimum=0.0, maximum=20.0
    )
    depth: float = option(0.0004, "of depth, at the camera", unit="m", minimum=0.0, maximum=0.5)
    depth_quadratic: float = option(
        0.0022, "of depth, for each square metre of distance", unit="1/m", minimum=0.0, maximum=1.0
    )
    angle: float = option(0.004, "of turns", unit="rad", minimum=0.0, maximum=0.5)
    lag: float = option(
        0.5, "of the time between colour and depth of a frame", unit="frames", minimum=0.0, maximum=10.0
    )
    changing_share: float = option(
        0.25, "of the variance that registration leaves, which is another in each frame", minimum=0.001,
        maximum=1.0,
    )  # fmt: skip


@dataclass(frozen=True)
class AcceptanceConfig:
    """The evidence that a pose needs to be acted on."""

    inlier_ratio: float = option(
        0.85, "explained / (explained + contradicted) in a cold start", minimum=0.0, maximum=1.0
    )
    mask_coverage: float = option(
        0.5,
        "share of the segment's measured pixels that the object explains; low, as segments may be too wide",
        minimum=0.0,
        maximum=1.0,
    )
    mask_iou: float = option(
        0.3, "overlap of silhouette and segment; low, as segments may lack what was not measured",
        minimum=0.0, maximum=1.0,
    )  # fmt: skip
    margin: float = option(
        0.25,
        "how much better than the best different pose it must agree",
        minimum=0.0,
        maximum=1.0,
    )
    clear_margin: float = option(
        0.05, "the same where depth, segment and pose agree nearly wholly: a handle is a small part of a mug",
        minimum=0.0, maximum=1.0,
    )  # fmt: skip
    clear_agreement: float = option(
        0.9, "of the inlier ratio, mask_coverage and mask_iou, from which on that is so", minimum=0.0,
        maximum=1.0,
    )  # fmt: skip
    visible_fraction: float = option(
        0.2, "explained / silhouette; what is hidden beyond that cannot be judged", minimum=0.0, maximum=1.0,
    )  # fmt: skip
    warm_inlier_ratio: float = option(
        0.85, "explained / (explained + contradicted) while followed", minimum=0.0, maximum=1.0
    )
    continued_fraction: float = option(
        0.15,
        "share of the rim beyond which the surface may go on in the plane of the object's flat side while it "
        "is followed, or half as much more than in the frame before: a flat side slides onto any table",
        minimum=0.0,
        maximum=1.0,
    )
    fewest_pixels: int = option(
        150, "of the image that show the object's surface", unit="pixels", minimum=10, maximum=100_000
    )


@dataclass(frozen=True)
class InstanceConfig:
    """All options of the estimator of objects with a mesh."""

    features: str = option(
        AUTO,
        "local descriptor of cold starts; auto: dgedi where PyTorch is installed, else fpfh; fused: an image "
        "network beside one of these",
        choices=(AUTO, *NAMES, FUSED),
    )
    weights: str = option("", "file of its network; empty: the weights that come with the package")
    cache: str = option(
        "", "folder in which the features of objects are kept; empty: pose_nodes/features in the user's "
        "~/.cache; off: they are made anew at each start",
    )  # fmt: skip
    visual: VisualConfig = group(VisualConfig, "the image, where the features are fused")
    registration: str = option(
        "native", "library that makes poses of matches; open3d: that refines them, too", choices=LIBRARIES
    )
    cloud: CloudConfig = group(CloudConfig, "from masked depth to a cloud")
    ransac: RansacConfig = group(RansacConfig, "poses from correspondences of descriptors")
    views: ViewSearchConfig = group(ViewSearchConfig, "poses from the segment alone")
    refinement: RefinementConfig = group(RefinementConfig, "points registered to the surface")
    look_alikes: LookAlikeConfig = group(LookAlikeConfig, "poses that the shape hardly tells apart")
    warm: WarmConfig = group(WarmConfig, "following a pose from frame to frame")
    texture: ImageCueConfig = group(ImageCueConfig, "the image, where the shape does not hold a pose")
    rim: RimCueConfig = group(
        RimCueConfig, "the rim of the object in the image, where depth does not hold it"
    )
    tolerance: DepthTolerance = group(DepthTolerance, "how far depth may lie from the surface")
    bias: BiasConfig = group(BiasConfig, "errors that frames do not average out")
    acceptance: AcceptanceConfig = group(AcceptanceConfig, "the evidence that a pose needs")

    @property
    def shape_features(self) -> str:
        """The descriptor of the shape, alone or beside that of the image."""
        return self.visual.geometric if self.features == FUSED else self.features

    @property
    def counts_agreement(self) -> bool:
        """Whether the score of a pose counts how well the descriptors of its inliers agree."""
        return self.ransac.score == "cosine" or (self.ransac.score == "auto" and self.features == FUSED)

    @property
    def told_by(self) -> str:
        """What tells look-alikes apart: off, shape or image."""
        chosen = self.look_alikes.told_by
        return chosen if chosen != "auto" else "image" if self.features == FUSED else "off"
