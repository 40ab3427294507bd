"""Compiled kernels: plain floats and arrays in, plain arrays out."""
