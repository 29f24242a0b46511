"""Open a visitor's workspace again: in the same browser by a cookie, in another by its link."""

from __future__ import annotations

import streamlit as st

from embedlab.base import paths
from embedlab.base.limits import Limits
from embedlab.ui.navigation import PAGES
from embedlab.ui.visitor import COOKIE, LOGIN, OPENED, apart, secret, switched_on, workspace

ADDRESS = "place"
_OFFERED = "_place_offered"
DAY = 86_400
_KEEP = """
export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${data.name}=${data.value}; path=/; max-age=${data.seconds}; samesite=strict${secure}`;
}
"""


def arrive() -> None:
    """Take a workspace's link out of the address and remember this browser's workspace; once in every run of the app.

    A link opens nothing by itself: somebody may have sent their own, to see what is uploaded there.
    """
    given = st.query_params.get(ADDRESS, "")
    if given:
        del st.query_params[ADDRESS]  # a copied address must not give the workspace away
    if apart():
        paths.visit_workspace(workspace())
    if not apart() or switched_on(LOGIN):
        return
    if paths.SECRET.fullmatch(given) and given != secret():
        st.session_state[_OFFERED] = given
    if offered := st.session_state.get(_OFFERED):
        _offer(offered)
    here = workspace()
    if paths.workspace_used(here) and st.context.cookies.get(COOKIE) != secret():
        _remember(secret())


def _offer(offered: str) -> None:
    if not paths.workspace_used(paths.workspace_name(offered)):
        st.warning("The place of this link is gone: it was not used for too long.")
        st.session_state.pop(_OFFERED)
        return
    with st.container(border=True):
        st.markdown(
            "This link leads to a place with models and trainings of its own. **Open it only if it is yours**: whoever "
            "else has the link sees what you upload there. What you have here stays under its own link, which the "
            "Models page shows."
        )
        with st.container(horizontal=True):
            st.button("Open the place", key="place-open", type="primary", on_click=_answer, args=(offered,))
            st.button("Stay in mine", key="place-stay", on_click=_answer, args=("",))


def _answer(opened: str) -> None:
    st.session_state.pop(_OFFERED, None)
    if opened:
        st.session_state[OPENED] = opened


def _remember(secret: str) -> None:
    """Let the browser keep the secret as long as the workspace is kept."""
    seconds = Limits.from_environment().place_days * DAY
    st.components.v2.component("keep_place", js=_KEEP)(
        key="keep-place", data={"name": COOKIE, "value": secret, "seconds": seconds}
    )


def show() -> None:
    """Explain the workspace and show its link, to those who have one."""
    if not apart() or switched_on(LOGIN):
        return
    if not paths.workspace_used(workspace()):
        st.caption("What you train, import or load is yours alone: nobody else finds it in a list.")
        return
    with st.popover("The link to your place", icon=":material/key:"):
        st.markdown(
            "What you train, import or load is yours alone, and this browser finds it again. With this link you find "
            "it in another one. **Keep it like a password**: whoever has it can do everything here that you can."
        )
        st.code(f"{base()}/models?{ADDRESS}={secret()}", language=None, wrap_lines=True)


def base() -> str:
    """The app's address as this browser has it, without the page."""
    here = (st.context.url or "").split("?")[0].rstrip("/")
    page = here.rpartition("/")
    return page[0] if page[2] in dict(PAGES) else here
