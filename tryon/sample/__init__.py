"""The procedural renderer: faces, hair, scenes, light. No task knows how it draws."""
