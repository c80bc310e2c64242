# args: --eval='v = from-eval' --eval='$(info evaluated first)'
$(info reading)
all: ; @echo $(v)
