"""The stack without Docker: the same real servers and processes, started on this machine.

postgres, redis, kafka   one module per server: its binary, how it starts, when it is ready
servers                  the three together
stack                    servers, topics, migrations, every service process, demo data
"""
