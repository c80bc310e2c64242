ext = o
dir = out
all: out/x.o ; @:
$(dir)/%.$(ext): %.c ; @echo $@ $<
x.c: ; @:
