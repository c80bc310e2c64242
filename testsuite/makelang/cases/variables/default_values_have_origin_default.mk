$(info $(origin CC) $(CC) $(origin RM) $(RM) $(AR) $(ARFLAGS) $(flavor CC))
all: ; @:
