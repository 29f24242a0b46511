"""Everything that knows Streamlit, apart from the pages themselves."""
