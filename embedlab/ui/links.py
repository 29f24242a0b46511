"""Show a class only the pages, lessons, models and words that a teacher's link names.

The link holds them in its address (``only_pages=lessons,neighbors&only_words=bank,duck``). Streamlit empties the
address on the way to another page, so the choice is kept in the session and written back. This helps a class to look
at one thing; it is no access control: whoever opens the app without the link sees everything.

Open a visitor's workspace again: in the same browser by a cookie, in another by its link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlencode

import streamlit as st

from embedlab.base import BadInput, paths
from embedlab.base.folding import caseless
from embedlab.base.limits import Limits
from embedlab.data.datasets import load_senses
from embedlab.ui import state
from embedlab.ui.navigation import PAGES
from embedlab.ui.visitor import COOKIE, LOGIN, OPENED, apart, secret, switched_on, workspace

NAMES = ("pages", "lessons", "models", "words")
TEXTS = ("word", "text_word")
"""Lines of text that hold a word, by their names in the address; they begin with the first pinned one."""
QUESTION = ("a", "b", "c")
"""Those of an analogy; they begin with the pinned words if there are so many."""
LONGEST = 300
"""Characters of one pinned list that are read."""


def hold() -> None:
    """Read what the address pins, and write it back where it is missing; once in every run of the app.

    Pages that look at a word begin with the first of the pinned ones, those that read a sentence with one that has it.
    """
    kept: dict[str, str] = st.session_state.setdefault("_pinned", {})
    for name in NAMES:
        at = f"only_{name}"
        if at in st.query_params:
            kept[at] = st.query_params[at][:LONGEST]
        elif kept.get(at):
            st.query_params[at] = kept[at]
    if words := pinned("words"):
        for name in TEXTS:
            state.begin(name, words[0])
        if len(words) == len(QUESTION):
            for name, word in zip(QUESTION, words, strict=True):
                state.begin(name, word)
        if sentence := next(filter(None, map(_sentence, words)), ""):
            state.begin("sentence", sentence)


@st.cache_data(max_entries=50, ttl="1d", show_spinner=False)
def _sentence(word: str) -> str:
    """The shortest of the shipped sentences that have a word; empty if none does."""
    sentences, wanted = list[str](), caseless(word)
    with suppress(BadInput):  # the sentences are not at hand
        sentences = [one.sentence for one in load_senses() if wanted in map(caseless, one.words)]
    return min(sentences, key=len, default="")


def pinned(name: str) -> list[str]:
    """What is pinned of ``NAMES``, in the link's order; empty if nothing is."""
    kept: Mapping[str, str] = st.session_state.get("_pinned", {})
    at = f"only_{name}"
    value = st.query_params[at][:LONGEST] if at in st.query_params else kept.get(at, "")
    return [item.strip() for item in value.split(",") if item.strip()]


def anything() -> bool:
    """Whether this visit came by a link that pins something."""
    return any(pinned(name) for name in NAMES)


def among(name: str, values: Sequence[str]) -> list[str]:
    """Those of several values that are to be shown: the pinned ones, or all if none of them is pinned."""
    only = pinned(name)
    return [value for value in values if value in only] or list(values)


def first_of(options: Sequence[str], default: str) -> str:
    """What a list of words begins with: the first pinned word that is in it, or the default."""
    return next(iter(_among(options)), default)


def offered(examples: Sequence[str], known: Iterable[str] | None = None) -> list[str]:
    """Words to click: the pinned ones (those that are known), or the page's own examples if there are none."""
    return (pinned("words") if known is None else _among(known)) or list(examples)


def _among(known: Iterable[str]) -> list[str]:
    """The pinned words that are among some, as they are spelt there: as pinned, or else with other capitals."""
    exact = dict.fromkeys(known)
    folded = {caseless(word): word for word in reversed(exact)}  # of two that differ in capitals the first
    pinned_words = (word if word in exact else folded.get(caseless(word), "") for word in pinned("words"))
    return list(dict.fromkeys(filter(None, pinned_words)))


def pinned_position(cut: Sequence[str], default: int) -> int:
    """Where the first pinned word stands in a sentence; the default if none does."""
    folded = list(map(caseless, cut))
    wanted = map(caseless, pinned("words"))
    return next((folded.index(word) for word in wanted if word in folded), default)


def link(base: str, page: str, chosen: Mapping[str, Sequence[str]]) -> str:
    """The address that pins a choice.

    Args:
        base: of the app, without a page.
        page: on which it opens.
        chosen: values by ``NAMES``; empty ones pin nothing.
    """
    query = {f"only_{name}": ",".join(chosen[name]) for name in NAMES if chosen.get(name)}
    return f"{base.rstrip('/')}/{page}" + (f"?{urlencode(query, safe=',')}" if query else "")


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
