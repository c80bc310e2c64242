$(info $(patsubst %/,%,a/b/ c/ d) $(patsubst src/%.c,obj/%.o,src/a/b.c lib/src/x.c))
all: ; @:
