$(info $(SUFFIXES))
$(info $(COMPILE.c) / $(LINK.o) / $(OUTPUT_OPTION) / $(COMPILE.S))
$(info $(value COMPILE.c) / $(value LINK.c) / $(value COMPILE.cc))
all: ; @:
