"""A file that a visitor gives, within the limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from embedlab.base import BadInput
from embedlab.data.file_kinds import refusal
from embedlab.limits import Limits
from embedlab.plots.text import md
from embedlab.ui import uploads
from embedlab.ui.uploads import Given
from embedlab.ui.visitor import told

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

MIB = 1 << 20


def file(label: str, endings: Sequence[str], key: str, help: str | None = None) -> Given | UploadedFile | None:
    """Ask for a file; ``None`` while there is none, and for one that is refused (the page then says why).

    Files of every kind are taken, since the browser refuses one of another kind without saying what to do.

    Args:
        label: of the widget.
        endings: that files may have, with their dots.
        key: of the widget.
        help: its tooltip.
    """
    limits = Limits.from_environment()
    most = max(1, -(-limits.upload_bytes // MIB))
    found = st.file_uploader(label, key=key, help=help, max_upload_size=most)
    if found is not None:
        try:
            given = uploads.opened(found)
            limits.check_upload(given.name, given.size)
            if refused := refusal(given.name, endings):
                raise BadInput(refused)
        except BadInput as error:
            st.error(told(error))
            return None
        return given
    st.caption(f"Files that end in {md(', '.join(endings))}")
    return None
