# args: a=cmd
override define a
from file
endef
$(info $(a) $(origin a))
all: ; @:
