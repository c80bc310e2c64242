# args: -k -I inc v=1
all: ; @echo '[$(MAKEFLAGS)]' "[$$MAKEFLAGS]" "[$$MFLAGS]"
