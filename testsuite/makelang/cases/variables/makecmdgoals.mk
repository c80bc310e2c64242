# args: two one
# args:
$(info [$(MAKECMDGOALS)] $(origin MAKECMDGOALS))
one two: ; @echo $@
