MAKEFLAGS += n
$(info [$(MAKEFLAGS)])
all: ; echo not run
