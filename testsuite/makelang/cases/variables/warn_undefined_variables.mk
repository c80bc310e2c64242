# args: --warn-undefined-variables
a = $(nothing)
$(info [$(a)])
all: ; @echo [$(other)]
