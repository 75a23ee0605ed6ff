"""Reads one photograph in a process of its own: `python -m collection.slip_photos.child MEMORY SECONDS`, JPEG on stdin.

Never imported by the product: a picture can make a decoder abort, loop or ask for gigabytes, and only a process with
limits of its own dies of that alone. It imports the optional library, no Django. Writes one JSON list to stdout:
[text, left, top, right, bottom] of each piece of text.
"""

import json
import resource
import sys
from typing import Any

#: In pixels; what is larger is made smaller first.
LONG_SIDE = 1600
#: What is less certain than this is not handed on.
SURE = 0.6


def read(jpeg: bytes) -> list[list[Any]]:
    """Every piece of text in the picture."""
    import cv2  # the optional libraries, after the limits are set
    import numpy
    from rapidocr_onnxruntime import RapidOCR

    cv2.setNumThreads(1)
    image = cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
    if image is None:
        return []
    scale = LONG_SIDE / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    found, _ = engine(image)
    return [[text, *_box(corners)] for corners, text, score in found or [] if float(score) >= SURE]


def _box(corners: Any) -> tuple[float, float, float, float]:
    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return min(across), min(down), max(across), max(down)


def main(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    answer = sys.stdout
    sys.stdout = sys.stderr  # what the library prints is no answer
    json.dump(read(sys.stdin.buffer.read()), answer, ensure_ascii=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
