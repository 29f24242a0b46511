"""A file that a visitor gives, within the limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from embedlab.base import BadInput
from embedlab.limits import Limits
from embedlab.ui import uploads
from embedlab.ui.uploads import Given
from embedlab.ui.visitor import told

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

MIB = 1 << 20


def file(label: str, endings: Sequence[str], key: str, help: str | None = None) -> Given | UploadedFile | None:
    """Ask for a file; ``None`` while there is none, and for one that is not taken (the page then says why).

    Args:
        label: of the widget.
        endings: that files may have.
        key: of the widget.
        help: its tooltip.
    """
    limits = Limits.from_environment()
    most = max(1, -(-limits.upload_bytes // MIB))
    found = st.file_uploader(label, endings, key=key, help=help, max_upload_size=most)
    if found is not None:
        try:
            given = uploads.opened(found)
            limits.check_upload(given.name, given.size)
        except BadInput as error:
            st.error(told(error))
            return None
        return given
    return None
