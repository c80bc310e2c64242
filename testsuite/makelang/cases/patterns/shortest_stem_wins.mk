all: libfoo.x
%.x: ; @echo long $*
lib%.x: ; @echo short $*
