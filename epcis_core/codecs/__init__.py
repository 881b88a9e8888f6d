"""Between bytes and the model: reading with the place of every fault, and writing.

`sniff.open_document` tells what a file is and opens its reader; `jsonld_writer` writes JSON-LD
and `xml_writer` XML, both of them whatever was read.
"""
