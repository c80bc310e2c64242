# args: a=cmd
define a
from file
endef
$(info $(a))
all: ; @:
