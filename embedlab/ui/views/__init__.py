"""What the pages show: one file or folder a page. A view uses the kit in ``embedlab.ui``, never another view."""
