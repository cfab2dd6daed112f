"""Tests on real photographs; they skip where there are none."""
