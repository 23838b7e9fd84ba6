"""Files as people name them and as kaverun writes them: inside the repository, within a size, whole or not at all."""
