# args: a=cmd b=cmd
override a = file
override b += more
$(info $(a) $(b) $(origin a) $(origin b))
all: ; @:
