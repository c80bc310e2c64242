ifdef
$(info wrong)
else
$(info taken as undefined)
endif
all: ; @:
