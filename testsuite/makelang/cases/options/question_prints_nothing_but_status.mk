# args: -q
# args: -q nothing
all: ; echo never
