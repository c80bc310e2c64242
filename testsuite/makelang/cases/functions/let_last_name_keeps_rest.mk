# expect-output: [a b  c]
# expect-output: [b  c]
$(info [$(let x, a b  c,$(x))])
$(info [$(let x y, a b  c,$(y))])
all: ; @:
