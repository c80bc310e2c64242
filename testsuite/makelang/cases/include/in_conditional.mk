# file: a.mk|$(info a)
ifdef nothing
include missing.mk
else
include a.mk
endif
all: ; @:
