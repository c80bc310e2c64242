names = one two
all: $(names)
$(names): ; @echo $@
