# file: inc.mk|from_inc = yes
$(eval include inc.mk)
$(info $(from_inc))
all: ; @:
