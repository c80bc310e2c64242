n := $(foreach a,0 1 2 3 4 5 6 7 8 9,$(foreach b,0 1 2 3 4 5 6 7 8 9,$(a)$(b)))
$(info $(words $(n)) $(word 58,$(n)) $(wordlist 98,200,$(n)) $(lastword $(sort $(n))))
all: ; @:
