"""The doctor: rules that hold for a sound installation, each a question with what to do if the answer is no."""
