# file: a.mk|$(info a)
# file: c.mk|$(info c)
-include a.mk b.mk c.mk
all: ; @:
