"""The plate finder's recipe: pictures to windows, training, export, figures, card."""
