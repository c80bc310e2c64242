# file: inc.mk|v = x
  include inc.mk
$(info $(v))
all: ; @:
