"""Stamps: a GS1 Digital Link as a QR code with what people read, on labels and sheets of them.

`stamp.py` says what is on a stamp, `layout.py` where it stands on a label; `pdf.py`, `svg.py` and
`png.py` draw that, and `printing.py` makes many.
"""
