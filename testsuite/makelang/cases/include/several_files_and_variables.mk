# file: a.mk|$(info a)
# file: b.mk|$(info b)
# file: c.mk|$(info c)
files = b.mk c.mk
include a.mk $(files) # comment
all: ; @:
