# file: a.one|x
all: a.three
%.two: %.one ; @echo two; cp $< $@
%.three: %.two ; @echo three; cp $< $@
