"""Captions: a picture → what is to be seen on it, in words."""
