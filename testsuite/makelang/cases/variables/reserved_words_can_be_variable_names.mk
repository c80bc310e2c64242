define = 1
ifdef = 2
export = 3
vpath = 4
endef = 5
$(info $(define)$(ifdef)$(export)$(vpath)$(endef))
all: ; @:
