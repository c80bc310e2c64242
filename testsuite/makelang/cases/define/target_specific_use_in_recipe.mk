define steps
@echo $(what) one
@echo $(what) two
endef
all: what = thing
all: ; $(steps)
