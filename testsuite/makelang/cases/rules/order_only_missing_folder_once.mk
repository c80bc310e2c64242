all: d/a d/b ; @ls d
d/a d/b: | d ; @touch $@
d: ; mkdir $@
