# args: -s
# args: --quiet
all: one ; echo all
one: ; echo one
