"""What nobody can leave out: the loops that kaverun is measured against, each a script of its own."""
