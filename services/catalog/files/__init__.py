"""Reading an operator's catalog file, YAML or CSV, into stores, with every fault and its line.

owns     the shape of the file: which fields, how they are written, what a store must keep to
answers  `catalog_file.read(raw, media_type, places)`
hears    nothing
says     nothing: a file is read here and imported by services.catalog.handlers
"""
