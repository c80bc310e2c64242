# file: a.one|x
# expect-output: cp a.one a.two
# expect-output: cp a.two a.mid
# expect-output: cp a.mid a.three
# expect-output: rm a.mid
all: a.three ; @:
%.two: %.one ; cp $< $@
%.mid: %.two ; cp $< $@
%.three: %.mid ; cp $< $@
.NOTINTERMEDIATE: %.two
