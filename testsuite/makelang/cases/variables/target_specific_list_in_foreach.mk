all: list = a b c
list = global
all: other ; @echo '$(foreach x,$(list),<$(x)>)'
other: ; @echo '$(foreach x,$(list),<$(x)>)'
.SILENT:
