# file: a.one|x
# file: b.one|x
all: a.three b.three
%.two: %.one ; @cp $< $@
%.three: %.two ; @cp $< $@
