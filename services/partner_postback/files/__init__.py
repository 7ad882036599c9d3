"""Files of partners: received, read as a stream, and kept in rows; `work/files.py` applies them.

Read: taking_in.py → upload.py (what arrives) → reading.py → csv_rows.py or xml_rows.py → rows.py.
What is wrong with the whole file is a BrokenFile, and nothing was kept; what is wrong with one row
is that row's verdict. Nothing is ever held whole: a file of 100 MB takes no more memory than one of
1 MB.
"""
