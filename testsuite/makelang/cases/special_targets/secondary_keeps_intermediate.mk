# file: a.one|x
all: a.three
%.two: %.one ; cp $< $@
%.three: %.two ; cp $< $@
.SECONDARY: a.two
