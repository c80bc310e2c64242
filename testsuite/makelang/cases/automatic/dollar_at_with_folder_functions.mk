all: out/sub/x.o ; @:
out/sub/x.o: ; @echo $(dir $@) $(notdir $@) $(basename $@) $(suffix $@) $(patsubst out/%.o,%,$@)
