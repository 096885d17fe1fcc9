"""Raw articles in, a published index generation out."""
