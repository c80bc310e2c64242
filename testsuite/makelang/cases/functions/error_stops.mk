$(info before)
$(error this is  wrong)
$(info after)
all: ; @:
