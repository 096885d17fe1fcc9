"""Measurements that are no part of the product: their data stay out of the wheel."""
