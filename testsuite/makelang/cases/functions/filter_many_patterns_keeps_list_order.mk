$(info $(filter c a% %b,ab zb c a d ca))
all: ; @:
