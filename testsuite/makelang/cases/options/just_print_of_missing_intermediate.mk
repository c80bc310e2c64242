# file: a.one|x
# args: -n
all: a.three
%.two: %.one ; cp $< $@
%.three: %.two ; cp $< $@
