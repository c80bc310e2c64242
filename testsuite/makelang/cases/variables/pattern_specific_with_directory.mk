dir/%.x: v = in-dir
%.x: v = anywhere
all: dir/a.x a.x
dir/a.x a.x: ; @echo $@ $(v)
