"""Follow the visitor's light or dark theme in figures and code.

Streamlit changes its theme without a run of the page, which would leave dark text on a dark figure. An invisible
component therefore asks for a run when the background changes. It also sets the colours of code: Streamlit's own are
the same in both themes and too pale on the light one.
"""

from __future__ import annotations

import streamlit as st

_WATCH = """
export default function ({ setTriggerValue }) {
  const paper = () => getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  const first = paper();
  const timer = setInterval(() => {
    if (paper() === first) return;
    clearInterval(timer);
    setTriggerValue("changed", true);
  }, 500);
  return () => clearInterval(timer);
}
"""
_CODE = """
[data-testid=stCode] pre .token.token { color: light-dark(#10171f, #e6eaee); }
[data-testid=stCode] pre .token.comment { color: light-dark(#59636e, #9198a1); }
[data-testid=stCode] pre :is(.token.keyword, .token.operator) { color: light-dark(#a40e26, #ff7b72); }
[data-testid=stCode] pre :is(.token.string, .token.char) { color: light-dark(#0a3069, #a5d6ff); }
[data-testid=stCode] pre :is(.token.number, .token.boolean, .token.constant) { color: light-dark(#0550ae, #79c0ff); }
[data-testid=stCode] pre :is(.token.function, .token.class-name, .token.decorator) {
  color: light-dark(#6639ba, #d2a8ff);
}
"""
"""GitHub's colours (Primer), on paper as ``.streamlit/config.toml`` has it; 7:1 or more but for comments, 4.5:1."""


def dark() -> bool:
    """Whether the background is dark."""
    return st.context.theme.type == "dark"


def follow() -> None:
    """Run the page again when its background changes; once in every run of the app."""
    watch = st.components.v2.component("theme_watch", js=_WATCH, css=_CODE, isolate_styles=False)
    watch(key="theme-watch", on_changed_change=lambda: None)
