# args: -t
# args: -t -k
all: lib.a(x.o) other
lib.a(x.o): x.o ; echo $@
x.o other: ; echo $@
