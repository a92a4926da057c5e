"""Files that people hand in about people: what they really are, whether a scanner finds a virus, photos without EXIF.

Kept encrypted by `asnhr.imports.storage`, in an area of their own.
"""
