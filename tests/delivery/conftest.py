from tests.simulation.places import folder

__all__ = ["folder"]
