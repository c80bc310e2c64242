.SECONDEXPANSION:
all: $$(shell exit 11)$$(info $$(.SHELLSTATUS)) b ; @echo all $(.SHELLSTATUS)
b: ; @echo b $(.SHELLSTATUS)
c: ; @:
