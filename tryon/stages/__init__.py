"""What each step of the pipeline does, without an orchestrator: references in, references out."""
