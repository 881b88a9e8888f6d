"""Invented Ninh Thuận supply chains, package data of the demo.

Each folder is one chain: EPCIS 2.0 JSON-LD documents, one per upload of one business, named so
that sorting gives the upload order, and a README of what the chain shows. Read them with
`importlib.resources.files("samples")`.
"""
