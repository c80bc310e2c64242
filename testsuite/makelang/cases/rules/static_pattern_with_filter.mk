files = a.elc b.o lose.o
all: $(files) ; @:
$(filter %.o,$(files)): %.o: %.c ; @echo cc $<
$(filter %.elc,$(files)): %.elc: %.el ; @echo emacs $<
a.el b.c lose.c: ; @:
