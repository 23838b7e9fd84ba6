"""The measuring instrument: kaverun's real command line against bare loops, each in a process of its own."""
