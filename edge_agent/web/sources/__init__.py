"""Where the page's facts come from; each is asked rarely, however many people look."""
