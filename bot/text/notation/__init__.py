"""arXiv's own notation, which is LaTeX, read for people; pure."""
