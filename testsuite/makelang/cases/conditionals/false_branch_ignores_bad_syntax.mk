ifdef nothing
this line has no separator
: : : :
else
$(info skipped)
endif
all: ; @:
