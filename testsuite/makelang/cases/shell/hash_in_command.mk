$(info $(shell echo 'a#b'))
hash := \#
x := $(shell echo '$(hash)')
$(info $(x))
all: ; @:
