# expect-output: in:1 out:before
# expect-output: undefined
x = before
$(info in:$(let x,1,$(x)) out:$(x))
y := $(let z,1,$(z))
$(info $(origin z))
all: ; @:
