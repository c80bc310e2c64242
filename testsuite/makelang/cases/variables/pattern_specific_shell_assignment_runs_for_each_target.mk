all: pa pb
p%: v != echo run >&2; exit 3
$(info [$(.SHELLSTATUS)])
p%: ; @echo $@ $(.SHELLSTATUS)
