"""How the bundled embedding model is made: corpora to pairs, pairs to vectors, vectors to a folder."""
