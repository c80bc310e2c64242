.POSIX:
$(info $(CC) $(CFLAGS) $(ARFLAGS) $(FC) $(YACC))
all: ; @:
