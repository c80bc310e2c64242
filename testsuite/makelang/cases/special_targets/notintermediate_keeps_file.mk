# file: a.one|x
# expect-output: cp a.one a.two
# expect-output: cp a.two a.three
all: a.three ; @:
%.two: %.one ; cp $< $@
%.three: %.two ; cp $< $@
.NOTINTERMEDIATE: a.two
