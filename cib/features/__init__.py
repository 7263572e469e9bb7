"""One number per account: what a feature is, the standard ones by family, and extract().

What is particular to this room: a feature is a plain function, its file is its family, and nothing is
registered. ``standard.py`` lists those that come with the package.
"""
