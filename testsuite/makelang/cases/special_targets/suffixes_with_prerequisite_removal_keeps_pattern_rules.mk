# file: a.in|x
.SUFFIXES:
%.out: %.in ; @echo $< $@
all: a.out ; @:
