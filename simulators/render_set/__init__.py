"""Training sets: streets, light and cameras that no site has, with the truth beside them."""
