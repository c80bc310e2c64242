# file: gen.in|v = from-in
all: ; @echo $(v)
include gen.mk
%.mk: %.in ; cp $< $@
