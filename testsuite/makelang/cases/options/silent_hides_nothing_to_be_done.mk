# args: -s all
# args: -s loud
all:
loud: ; @echo loud
