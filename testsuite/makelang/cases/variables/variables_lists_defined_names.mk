mine_one = 1
mine_two = 2
$(info $(sort $(filter mine_%,$(.VARIABLES))))
all: ; @:
