a := $(foreach i,1 2 3 4 5 6 7 8 9 0,$(foreach j,1 2 3 4 5 6 7 8 9 0,$(foreach k,1 2 3 4 5 6 7 8 9 0,w$(i)$(j)$(k))))
b := $(a) $(a) $(a) $(a)
$(info $(words $(b)) $(word 3999,$(b)))
all: ; @:
