version := 5.10.0-rc1
$(info $(word 1,$(subst ., ,$(version))) $(word 2,$(subst -, ,$(version))) $(subst .,,$(version)))
all: ; @:
