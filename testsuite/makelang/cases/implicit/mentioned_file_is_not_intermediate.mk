# file: a.one|x
all: a.three
%.two: %.one ; @cp $< $@
%.three: %.two ; @cp $< $@
other: a.two
