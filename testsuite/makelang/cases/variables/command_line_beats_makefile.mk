# args: a=cmd b:=cmd
a = file
b := file
b += more
$(info $(a) $(b) $(origin a))
all: ; @:
