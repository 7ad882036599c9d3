"""Everything that runs the services and looks at them from outside: no business rule lives here.

owns     the local stack (`deploy.local`), topics, the command line, `verify`, the demo story
answers  `cashback …`, `make demo`
asks     every service over its public HTTP API, never by importing its code
"""
