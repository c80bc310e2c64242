$(info  leading space $(words a b))
a := $(info in assignment)x
$(info $(a))
all: ; $(info in recipe)@echo done
$(info last)
