.DEFAULT_GOAL = nothing
one: ; @echo $@
