# args: "v=two words" "w = trimmed "
$(info [$(v)] [$(w)])
all: ; @:
