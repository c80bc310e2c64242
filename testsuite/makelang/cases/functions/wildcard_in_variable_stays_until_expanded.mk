# setup: touch a.x b.x
v = *.x
w := $(wildcard $(v))
$(info $(v) $(w))
all: $(v) ; @echo $^ $(v)
