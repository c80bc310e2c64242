define d
one $(x)
$@
endef
$(info $(value d))
all: ; @echo '$(value @)' '$(value nothing)'
