a = $(b) $$x
b = late
$(info $(value a) $(value nothing) $(value b))
all: ; @echo '$(value a)'
