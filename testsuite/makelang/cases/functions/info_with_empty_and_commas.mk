$(info)
$(info )
$(info a,b, c)
all: ; @:
