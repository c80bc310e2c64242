# env: a=env
# env: b=env
a = file
$(info $(a) $(b) $(origin a) $(origin b))
all: ; @:
