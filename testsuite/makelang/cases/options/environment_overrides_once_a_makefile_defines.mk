# env: a=
# env: b=from env
# args: -e
$(info $(origin a) $(origin b))
a = x
b += y
t: b += z
$(info $(origin a) $(origin b) [$a] [$b])
all: t ; @:
t: c += d
t: ; @echo '$b' '$c'
