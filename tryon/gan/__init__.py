"""The GAN engine: one training loop for every task, on Lightning Fabric.

A task gives an `Objective` (its networks and named loss terms) and a dataset of arrays; the engine
does everything else: alternating steps, schedules, averaging, exact resume, health, the trail.
"""
