"""Pictures that show at a glance whether poses are right: the posed meshes drawn over the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.frame import Frame
from pose_nodes.core.track import Track, TrackState
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel
from pose_nodes.rendering import drawing
from pose_nodes.rendering.depth import DepthRenderer, Region
from pose_nodes.rendering.drawing import Color, Image

_OPACITY = 0.28
_AXIS_SHARE = 0.45
"""Length of the axes, in diameters of the object."""


@dataclass(frozen=True, eq=False)
class OverlayItem:
    """One posed object of a picture.

    Attributes:
        class_name: name of the object in the library.
        T_camera_object: (4, 4) pose.
        label: a line of text beside it.
        color: RGB of its outline.
        filled: whether to tint the silhouette; an unsure pose gets the outline alone.
    """

    class_name: str
    T_camera_object: NDArray[np.float64]
    label: str
    color: Color
    filled: bool = True


class OverlayPainter:
    """Draws poses of the objects of a library; keeps one renderer for each object that it met."""

    def __init__(self, library: ObjectLibrary) -> None:
        self._library = library
        self._renderers: dict[str, DepthRenderer] = {}
        self._colors: dict[str, Color] = {}

    def use(self, library: ObjectLibrary) -> None:
        """Take over that objects came or went; renderers of those that stayed are kept."""
        stay = [n for n in self._renderers if n in library and library[n] is self._library[n]]
        self._renderers = {name: self._renderers[name] for name in stay}
        self._library = library

    def paint_tracks(self, frame: Frame, tracks: Sequence[Track]) -> Image:
        """Draw all tracks: the posed ones on the object, the others as a line in the corner.

        Returns:
            (h, w, 3) uint8 RGB of the size of the frame.

        Raises:
            UnknownObjectError: a track is of an object that the library does not have.
        """
        items = [
            OverlayItem(
                track.class_name,
                track.estimate.T_camera_object,
                f"{track.id} {track.state.name} {track.estimate.score:.2f}",
                self.color_of(track.id),
                filled=track.state == TrackState.TRACKING,
            )
            for track in tracks
            if track.estimate is not None
        ]
        notes = [f"{track.id} {track.state.name}" for track in tracks if track.estimate is None]
        return self.paint(frame, items, notes)

    def paint(self, frame: Frame, items: Sequence[OverlayItem], notes: Sequence[str] = ()) -> Image:
        """Draw posed objects, the farthest first, and lines of text in the upper left corner.

        Returns:
            (h, w, 3) uint8 RGB; the background is the colour image, or the depth where there is none.

        Raises:
            UnknownObjectError: an item is of an object that the library does not have.
        """
        image = frame.color.copy() if frame.color is not None else drawing.depth_view(frame.depth)
        labels = drawing.Labels(image)
        boxes = []
        for item in sorted(items, key=lambda item: -item.T_camera_object[2, 3]):
            boxes.append((item, self._draw(image, frame.camera, item)))
        for note in notes:
            labels.write(note, 0, 0)
        for item, (left, top) in boxes:
            labels.write(item.label, left, top, item.color)
        return image

    def color_of(self, name: str) -> Color:
        """The colour of a track or object: the next free one when the name is new, then always the same."""
        colors = drawing.OBJECT_COLORS
        return self._colors.setdefault(name, colors[len(self._colors) % len(colors)])

    def silhouette(
        self, class_name: str, T_camera_object: se3.Matrix, camera: PinholeCamera
    ) -> NDArray[np.bool_]:
        """(h, w) bool pixels that the mesh covers at a pose, hidden ones too.

        Raises:
            UnknownObjectError: the library does not have the object.
        """
        model = self._library[class_name]
        mask = np.zeros(camera.shape, bool)
        region = _region_on_image(model, T_camera_object, camera)
        if region is not None:
            depth = self._renderer(model).render(T_camera_object, camera, region)
            mask[np.ix_(region.v, region.u)] = np.isfinite(depth)
        return mask

    def _draw(self, image: Image, camera: PinholeCamera, item: OverlayItem) -> tuple[int, int]:
        """Draw one object; the upper left pixel of its silhouette is returned for the label."""
        model = self._library[item.class_name]
        mask = self.silhouette(item.class_name, item.T_camera_object, camera)
        if item.filled:
            drawing.tint(image, mask, item.color, _OPACITY)
        drawing.outline(image, mask, item.color)
        if not _origin_is_inside(model):
            ends = se3.transform(item.T_camera_object, np.stack([model.box_centre, np.zeros(3)]))
            drawing.segment(image, camera, ends[0], ends[1])
        drawing.axes(image, camera, item.T_camera_object, _AXIS_SHARE * model.diameter)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        return (int(columns[0]), int(rows[0])) if len(rows) else (0, 0)

    def _renderer(self, model: ObjectModel) -> DepthRenderer:
        if model.name not in self._renderers:
            self._renderers[model.name] = DepthRenderer(model.mesh)
        return self._renderers[model.name]


def _origin_is_inside(model: ObjectModel) -> bool:
    return bool(np.all(np.abs(model.box_centre) <= 0.5 * model.size))


def _region_on_image(model: ObjectModel, T_camera_object: se3.Matrix, camera: PinholeCamera) -> Region | None:
    """The pixels that the posed bounding box can reach; None when behind the camera or off the image."""
    signs = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    corners = se3.transform(T_camera_object, model.box_centre + signs * model.size)
    if corners[:, 2].max() <= 0:
        return None
    if corners[:, 2].min() <= 0:
        return Region.full(camera)
    lowest, highest = camera.project(corners).min(axis=0), camera.project(corners).max(axis=0)
    left, top = np.maximum(np.floor(lowest), 0).astype(int)
    right, bottom = np.minimum(np.ceil(highest), [camera.width - 1, camera.height - 1]).astype(int)
    return Region(left, top, right - left + 1, bottom - top + 1) if right >= left and bottom >= top else None
