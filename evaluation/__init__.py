"""Measures of retrieval and answers, the golden questions and their gate."""
