# file: a.one|x
# args: a.three
# args: a.three
%.two: %.one ; cp $< $@
%.three: %.two ; cp $< $@
