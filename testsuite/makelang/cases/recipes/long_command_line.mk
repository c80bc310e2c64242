words := $(foreach a,0 1 2 3 4 5 6 7 8 9,$(foreach b,0 1 2 3 4 5 6 7 8 9,$(foreach c,0 1 2 3 4 5 6 7 8 9,word-number-$(a)$(b)$(c))))
all: ; @echo $(words) $(words) | wc -w | tr -d ' '
