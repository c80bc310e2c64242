.SECONDEXPANSION:
all: made list ; @:
made: ; @echo x > made.1
list: $$(if $$(wildcard made.1),,none) ; @echo [$^]
none: ; @:
