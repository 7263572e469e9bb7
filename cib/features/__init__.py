"""Features: functions that compute one number per account, by family, and :func:`extract`.

A feature is a plain function, the file that defines it is its family, and there is no registry.
``standard.py`` lists the features of the package.
"""
